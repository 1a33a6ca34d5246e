/* Escaping and its reverse. All but unreserved characters are escaped; so an URL with any other is
 * none of ours: a scheme, a query or a way through folders would need one. */
#include "url.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_plain(char character) {
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
    return character && strchr(plain, character);
}

char *batch_url(const char *name, const char *suffix) {
    char *url = malloc(3 * strlen(name) + strlen(suffix) + 1);
    size_t size = 0;
    for (; url && *name; name++) {
        if (is_plain(*name)) {
            url[size++] = *name;
        } else {
            size += (size_t)sprintf(url + size, "%%%02X", (unsigned char)*name);
        }
    }
    if (url) {
        memcpy(url + size, suffix, strlen(suffix) + 1);
    }
    return url;
}

/* Takes a character of the name from the URL; false if it is none that a name of ours has there. */
static bool take_character(const char **url, char *taken) {
    unsigned escaped;
    *taken = *(*url)++;
    if (*taken != '%') {
        return is_plain(*taken);
    }
    /* Two digits, or the text might end where the next character is taken to be. */
    if (strspn(*url, "0123456789ABCDEFabcdef") >= 2 && sscanf(*url, "%2x", &escaped) == 1) {
        *url += 2;
        *taken = (char)escaped;
    }
    return *taken && *taken != '/';
}

char *batch_url_name(const char *url) {
    char *name = url ? strdup(url) : NULL;
    size_t size = 0;
    bool right = name && *url;
    while (right && *url) {
        right = take_character(&url, &name[size++]);
    }
    if (right) {
        name[size] = '\0';
        right = strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
    }
    if (!right) {
        free(name);
        name = NULL;
    }
    return name;
}
