/* Images in files of any form. */
#include "input_image.h"

#include <string.h>

#include "../common/message.h"

static const struct {
    const char *name;
    const char *words;
} forms[WHITTLE_IMAGE_FORM_COUNT] = {
    [WHITTLE_IMAGE_RAW] = {"raw", "raw"},
    [WHITTLE_IMAGE_ELF] = {"elf", "ELF"},
    [WHITTLE_IMAGE_HEX] = {"hex", "Intel HEX"},
    [WHITTLE_IMAGE_UF2] = {"uf2", "UF2"},
};

const char *form_name(whittle_image_form form) {
    return forms[form].name;
}

const char *form_in_words(whittle_image_form form) {
    return forms[form].words;
}

const char *read_input(const char *text, void *place) {
    static const char uf2[] = "uf2:";
    whittle_image_choice choice = {.raw = strcmp(text, "raw") == 0};
    if (strncmp(text, uf2, sizeof uf2 - 1) == 0) {
        choice.family_given =
            parse_number(text + sizeof uf2 - 1, 0, UINT32_MAX, &choice.uf2_family);
    }
    if (!choice.raw && !choice.family_given && strcmp(text, "auto") != 0) {
        return "auto, raw, or uf2 with the number of a family, as uf2:0xE48BFF56";
    }
    *(whittle_image_choice *)place = choice;
    return NULL;
}

int input_image_read(input_image *image, const char *path, const whittle_image_choice *choice) {
    file *content = &image->content;
    int status = file_read(content, path);
    if (status != STATUS_DONE) {
        return status;
    }
    int error = whittle_image_read(content->data, content->size, choice, &image->told);
    file_free(content);
    if (error) {
        return message_failed(path, whittle_error_text(error));
    }
    content->data = image->told.data;
    content->size = image->told.size;
    image->told.data = NULL;
    return STATUS_DONE;
}

void input_image_free(input_image *image) {
    file_free(&image->content);
}
