/* A firmware of the project's own, in two releases, for the demo and the tests to make patches of:
 * a console on a Cortex-M4 that judges patches with the device parts and answers in words. It is
 * built with the C library's formatted output, as such firmware is, so that an image is mostly code
 * that did not change but moved.
 *
 * RELEASE is 100 for version 1.0.0 and 110 for 1.1.0, which adds a command, a column and the
 * instruction sets that 1.0.0 leaves out.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "whittle/decoder.h"
#include "whittle/error.h"
#include "whittle/patch.h"

#if RELEASE >= 110
#define VERSION "1.1.0"
#else
#define VERSION "1.0.0"
#endif

enum { LINE_MAX = 128, WORKSPACE_SIZE = 32768 };

static uint64_t workspace[WORKSPACE_SIZE / 8];

typedef struct command {
    const char *name;
    const char *help;
    int (*run)(const char *argument);
} command;

static int discard(void *context, uint32_t offset, const uint8_t *data, size_t size) {
    uint32_t *sum = context;
    for (size_t i = 0; i < size; i++) {
        *sum = (*sum << 1 | *sum >> 31) ^ data[i] ^ offset;
    }
    return WHITTLE_OK;
}

static int no_source(void *context, uint32_t offset, uint8_t *data, size_t size) {
    (void)context, (void)offset;
    memset(data, 0xFF, size);
    return WHITTLE_OK;
}

/* Reads a patch from standard input in hexadecimal and decodes it over an erased flash. */
static int run_decode(const char *argument) {
    uint32_t sum = 0;
    unsigned value;
    const whittle_decoder_io io = {
        .context = &sum, .read_source = no_source, .write_target = discard};
    whittle_decoder *decoder;
    int error = whittle_decoder_init(workspace, sizeof workspace, &io, &decoder);
    while (!error && sscanf(argument, "%2x", &value) == 1) {
        uint8_t byte = (uint8_t)value;
        error = whittle_decoder_feed(decoder, &byte, 1);
        argument += strnlen(argument, 2);
    }
    if (!error) {
        error = whittle_decoder_finish(decoder);
    }
    printf("decoded %lu bytes, sum %08lx\n", (unsigned long)whittle_decoder_position(decoder),
           (unsigned long)sum);
    return error;
}

/* How long a transfer takes: "BYTES BITS_PER_SECOND". */
static int run_time(const char *argument) {
    char *rest;
    double bytes = strtod(argument, &rest);
    double rate = strtod(rest, NULL);
    if (rate <= 0) {
        return WHITTLE_ERROR_ARGUMENT;
    }
    printf("%.3f s\n", ceil(bytes * 8000 / rate) / 1000);
#if RELEASE >= 110
    printf("%.3f s with a tenth of it sent twice\n", ceil(bytes * 8800 / rate) / 1000);
#endif
    return WHITTLE_OK;
}

static int run_errors(const char *argument) {
    long only = strtol(argument, NULL, 10);
    for (int error = 0; error >= WHITTLE_ERROR_DISABLED; error--) {
        if (only == 0 || only == error) {
#if RELEASE >= 110
            printf("%4d  %-7s  %s\n", error, error ? "failure" : "success",
                   whittle_error_text(error));
#else
            printf("%4d  %s\n", error, whittle_error_text(error));
#endif
        }
    }
    return WHITTLE_OK;
}

#if RELEASE >= 110
static int by_value(const void *left, const void *right) {
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

/* The median of up to eight numbers. */
static int run_median(const char *argument) {
    double numbers[8];
    size_t count = 0;
    for (char *rest; count < 8; argument = rest) {
        numbers[count] = strtod(argument, &rest);
        if (rest == argument) {
            break;
        }
        count++;
    }
    if (count == 0) {
        return WHITTLE_ERROR_ARGUMENT;
    }
    qsort(numbers, count, sizeof *numbers, by_value);
    printf("%g\n", (numbers[count / 2] + numbers[(count - 1) / 2]) / 2);
    return WHITTLE_OK;
}
#endif

static const command commands[] = {
    {"decode", "decode a patch given in hexadecimal", run_decode},
    {"errors", "list the errors and their remedies", run_errors},
#if RELEASE >= 110
    {"median", "the median of up to eight numbers", run_median},
#endif
    {"time", "how long a transfer takes: BYTES BITS_PER_SECOND", run_time},
};

static int run_line(const char *line) {
    size_t size = strcspn(line, " ");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strlen(commands[i].name) == size && strncmp(commands[i].name, line, size) == 0) {
            return commands[i].run(line + size);
        }
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        printf("%-8s %s\n", commands[i].name, commands[i].help);
    }
    return WHITTLE_OK;
}

int main(void) {
    char line[LINE_MAX];
    printf("console " VERSION "\n");
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\r\n")] = '\0';
        int error = run_line(line);
        if (error) {
            printf("%s\n", whittle_error_text(error));
        }
    }
    return 0;
}
