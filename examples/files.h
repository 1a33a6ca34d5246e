/* Whole files in memory, for the examples of the library. Whatever goes wrong ends the program. */
#ifndef EXAMPLES_FILES_H
#define EXAMPLES_FILES_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static void end(const char *subject, const char *reason) {
    fprintf(stderr, "%s: %s\n", subject, reason);
    exit(EXIT_FAILURE);
}

static void end_by_system(const char *path) {
    perror(path);
    exit(EXIT_FAILURE);
}

/* The caller frees what is returned. */
static uint8_t *load_file(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    long length = -1;
    if (file && fseek(file, 0, SEEK_END) == 0) {
        length = ftell(file);
        rewind(file);
    }
    uint8_t *data = length >= 0 ? malloc((size_t)length + 1) : NULL;
    if (!data || fread(data, 1, (size_t)length, file) != (size_t)length) {
        end_by_system(path);
    }
    fclose(file);
    *size = (size_t)length;
    return data;
}

static void save_file(const char *path, const uint8_t *data, size_t size) {
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(data, 1, size, file) != size || fclose(file) != 0) {
        end_by_system(path);
    }
}

#endif
