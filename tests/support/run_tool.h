/* Runs the real tools, each test in an empty folder of its own.
 *
 * The tools are found in the folder that the environment variable WHITTLE_TOOLS names (default
 * build/tools, seen from where the test was started). Whatever goes wrong fails the running cmocka
 * test. */
#ifndef TESTS_SUPPORT_RUN_TOOL_H
#define TESTS_SUPPORT_RUN_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* ---- The folder ---- */

/* Makes the folder and goes there; goes back and removes it. Tests name files in it without any
 * path, and are listed as IN_FOLDER(test). */
int enter_folder(void **state);
int leave_folder(void **state);

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

typedef struct content {
    uint8_t *data; /* freed by the caller with free(); ends with NUL beyond its size */
    size_t size;
} content;

content load(const char *name);
void save(const char *name, const void *data, size_t size);

/* There is a file or folder of that name. */
bool exists(const char *name);

/* The file is there and holds these bytes. */
void assert_holds(const char *name, const void *data, size_t size);
/* The two files hold the same. */
void assert_same(const char *one, const char *other);

/* The names in the folder, separated by single spaces and sorted. */
#define FOLDER_NAMES_MAX 1024
void folder_names(char names[FOLDER_NAMES_MAX]);
/* The folder holds these names, separated by single spaces and sorted, and no other: "new old". */
void assert_folder_holds(const char *names);

/* Saves two images, "old" and "new", of some 20 KB: code-like bytes, and the same with edits. */
void save_images(void);

/* Saves images for which making a patch takes more than a second. */
void save_large_images(void);

/* ---- The tools ---- */

#define ARGUMENT_MAX 24

typedef struct call {
    const char *tool;                    /* "whittle" or "diff_creator" */
    const char *arguments[ARGUMENT_MAX]; /* end with NULL */
    const void *input;                   /* comes through a pipe on stdin; NULL: /dev/null */
    size_t input_size;
    void (*prepare)(void); /* called in the new process before the tool starts; or NULL */
} call;

typedef struct result {
    int status;  /* exit status, -1 where a signal ended the tool */
    int signal;  /* that signal, or 0 */
    content out; /* what it wrote on stdout */
    content err; /* what it wrote on stderr */
} result;

/* For the processes of prepare functions that cannot do their part; the tool has this status. */
#define STATUS_CANNOT_PREPARE 99

result run(const call *what);
void result_free(result *of);

/* Runs whittle, or diff_creator, with arguments that end with NULL. */
result whittle(const char *first, ...);
result diff_creator(const char *first, ...);

/* The same, where all that counts is that the status is 0. */
void whittle_succeeds(const char *first, ...);

/* Starts a tool with neither input nor output, and does not wait. */
pid_t start(const call *what);

/* The tool ended with this status and this one line on stderr, and printed nothing on stdout. Frees
 * the result. */
void assert_fails(result of, int status, const char *message);

/* The tool ended well, without a word on stderr. Does not free the result. */
void assert_succeeds(const result *of);

/* What a python3 expression over `d`, the JSON document in text, prints; freed with free(). Skips
 * the running test where there is no python3. */
char *json_value(const char *text, const char *expression);
void assert_json(const char *text, const char *expression, const char *value);

/* For prepare: the rights of an ordinary user, where the test is run by root. */
void drop_privileges(void);

#endif
