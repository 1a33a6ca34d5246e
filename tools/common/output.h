/* The file that a command writes. It appears whole or not at all: it is written under a temporary
 * name in the same folder, synced, and only then given its own name. Whatever fails, and whatever
 * signal ends the program, leaves nothing behind and an existing file as it was.
 *
 * Pipes, devices and whatever stdout is (-, /dev/stdout) are written to directly, at the very end.
 *
 * Everything here says on stderr what is wrong, and returns an exit status (message.h). */
#ifndef TOOLS_COMMON_OUTPUT_H
#define TOOLS_COMMON_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct output {
    const char *path; /* as the user named it */
    char *real_path;  /* the same without links; NULL where it is written to directly; owned */
    char *temporary;  /* NULL as long as there is none; owned */
    unsigned mode;    /* permissions of the file that is replaced; 0: there is none */
    bool is_stdout;   /* results must then go elsewhere */
    int descriptor;   /* -1: closed */
} output;

/* True if the path is "-", which stands for stdout wherever an output is named. */
bool output_names_stdout(const char *path);

/* Finds out whether path can be written, without creating anything. Pair with output_discard. */
int output_prepare(output *out, const char *path);

/* Creates the temporary file, or opens the pipe or device. */
int output_open(output *out);

/* Writes all of it to a descriptor, however little each write takes. False: errno tells why. */
bool write_whole(int descriptor, const void *data, size_t size);

int output_write(output *out, const uint8_t *data, size_t size);

/* Syncs what was written and gives it its name. */
int output_commit(output *out);

/* Releases an output in any state; what was not committed is gone. */
void output_discard(output *out);

/* Opens, writes and commits. */
int output_save(output *out, const uint8_t *data, size_t size);

/* The same for a file that was not prepared before. */
int output_save_as(const char *path, const uint8_t *data, size_t size);

#endif
