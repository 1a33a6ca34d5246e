/* Running the tools: output goes into files in memory, so that a tool can print as much as it likes
 * without anyone reading, and every run has a time limit. */
#include "support/run_tool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/unit_test.h"

enum { TIME_LIMIT_SECONDS = 240, NOBODY = 65534 };

static char *tools_folder; /* absolute */
static char *first_folder; /* where the test was started */
static char folder[64];

/* ---- The folder ---- */

/* The folder that the environment names, or else a usual one, seen from anywhere; NULL if there is
 * none. */
static char *find_folder(const char *variable, const char *usual) {
    const char *named = getenv(variable);
    return realpath(named && *named ? named : usual, NULL);
}

static void find_folders(void) {
    first_folder = getcwd(NULL, 0);
    tools_folder = find_folder("WHITTLE_TOOLS", "build/tools");
    char *corpus = find_folder("WHITTLE_CORPUS", "../shared/corpus");
    if (corpus) {
        (void)setenv("WHITTLE_CORPUS", corpus, 1);
    }
    free(corpus);
}

int enter_folder(void **state) {
    (void)state;
    if (!tools_folder) {
        find_folders();
    }
    (void)snprintf(folder, sizeof folder, "/tmp/whittle-test-XXXXXX");
    bool ready = tools_folder && first_folder && mkdtemp(folder) && chmod(folder, 0755) == 0 &&
                 chdir(folder) == 0;
    if (!ready) {
        (void)fprintf(stderr, "no tools, or no folder for the test (WHITTLE_TOOLS): %s\n",
                      strerror(errno));
    }
    return ready ? 0 : -1;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place) {
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

int leave_folder(void **state) {
    (void)state;
    (void)chmod(folder, 0755);
    return chdir(first_folder) == 0 && nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS) == 0
               ? 0
               : -1;
}

static content read_stream(FILE *stream) {
    content all = {.data = NULL};
    size_t got;
    do {
        all.data = realloc(all.data, all.size + 65537);
        assert_non_null(all.data);
        got = fread(all.data + all.size, 1, 65536, stream);
        all.size += got;
    } while (got > 0);
    all.data[all.size] = '\0';
    return all;
}

content load(const char *name) {
    FILE *stream = fopen(name, "rb");
    if (!stream) {
        fail_msg("%s: %s", name, strerror(errno));
    }
    content all = read_stream(stream);
    (void)fclose(stream);
    return all;
}

void save(const char *name, const void *data, size_t size) {
    FILE *stream = fopen(name, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(data, 1, size, stream), size);
    assert_int_equal(fclose(stream), 0);
}

bool exists(const char *name) {
    return access(name, F_OK) == 0;
}

void assert_holds(const char *name, const void *data, size_t size) {
    content file = load(name);
    assert_int_equal(file.size, size);
    assert_memory_equal(file.data, data, size);
    free(file.data);
}

void assert_same(const char *one, const char *other) {
    content file = load(other);
    assert_holds(one, file.data, file.size);
    free(file.data);
}

static int is_no_dot(const struct dirent *entry) {
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int by_bytes(const struct dirent **one, const struct dirent **other) {
    return strcmp((*one)->d_name, (*other)->d_name);
}

void folder_names(char names[FOLDER_NAMES_MAX]) {
    struct dirent **entries;
    int count = scandir(".", &entries, is_no_dot, by_bytes);
    assert_true(count >= 0);
    names[0] = '\0';
    for (int i = 0; i < count; i++) {
        size_t used = strlen(names);
        (void)snprintf(names + used, FOLDER_NAMES_MAX - used, "%s%s", used ? " " : "",
                       entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
}

void assert_folder_holds(const char *names) {
    char found[FOLDER_NAMES_MAX];
    folder_names(found);
    assert_string_equal(found, names);
}

/* ---- Images ---- */

static uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Words of a few kinds, as in code, so that there is something to compress. */
static void fill(uint8_t *data, size_t size, uint32_t seed) {
    static const uint8_t kinds[] = {0xF0, 0xB5, 0x00, 0x20, 0x4B, 0x68, 0x70, 0x47};
    for (size_t i = 0; i < size; i++) {
        uint32_t random = next_random(&seed);
        data[i] = random % 4 ? kinds[random / 4 % sizeof kinds] : (uint8_t)(random >> 8);
    }
}

void save_images(void) {
    uint8_t image[20100];
    fill(image, sizeof image, 1);
    save("old", image, 20000);
    memmove(image + 5100, image + 5000, 15000); /* a piece is inserted, */
    fill(image + 5000, 100, 2);
    for (size_t i = 100; i < sizeof image; i += 997) { /* and single bytes change */
        image[i] ^= 0x10;
    }
    save("new", image, sizeof image);
}

void save_large_images(void) {
    const size_t size = 3u << 20;
    uint8_t *image = malloc(size);
    assert_non_null(image);
    fill(image, size, 1);
    save("old", image, size);
    for (size_t i = 100; i < size; i += 61) {
        image[i] ^= 0x10;
    }
    save("new", image, size);
    free(image);
}

/* ---- The tools ---- */

/* In the new process; failures end it with a status that no tool has. */
static void become_tool(const call *what, int input, int out, int err) {
    char path[4096];
    char *arguments[ARGUMENT_MAX + 2] = {(char *)what->tool};
    for (size_t i = 0; what->arguments[i]; i++) {
        arguments[i + 1] = (char *)what->arguments[i];
    }
    (void)snprintf(path, sizeof path, "%s/%s", tools_folder, what->tool);
    if (dup2(input, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
        dup2(err, STDERR_FILENO) < 0) {
        _exit(126);
    }
    if (what->prepare) {
        what->prepare();
    }
    (void)alarm(TIME_LIMIT_SECONDS);
    (void)execv(path, arguments);
    _exit(errno == EACCES ? STATUS_CANNOT_PREPARE : 127);
}

/* The end of a pipe to read from, while another process writes. */
static int pipe_from(const void *data, size_t size, pid_t *writer) {
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    *writer = fork();
    assert_true(*writer >= 0);
    if (*writer == 0) {
        (void)signal(SIGPIPE, SIG_DFL);
        for (const uint8_t *next = data; size > 0;) {
            ssize_t written = write(ends[1], next, size < 1000 ? size : 1000);
            if (written <= 0) {
                break;
            }
            next += written;
            size -= (size_t)written;
        }
        _exit(0);
    }
    (void)close(ends[1]);
    return ends[0];
}

static pid_t start_with(const call *what, int input, int out, int err) {
    assert_true(input >= 0 && out >= 0 && err >= 0);
    pid_t process = fork();
    assert_true(process >= 0);
    if (process == 0) {
        become_tool(what, input, out, err);
    }
    (void)close(input);
    return process;
}

static int wait_for(pid_t process) {
    int status;
    assert_int_equal(waitpid(process, &status, 0), process);
    return status;
}

static content take_output(int descriptor) {
    FILE *stream = fdopen(descriptor, "rb");
    assert_non_null(stream);
    rewind(stream);
    content all = read_stream(stream);
    (void)fclose(stream);
    return all;
}

result run(const call *what) {
    int out = memfd_create("stdout", MFD_CLOEXEC);
    int err = memfd_create("stderr", MFD_CLOEXEC);
    pid_t writer = 0;
    int input = what->input ? pipe_from(what->input, what->input_size, &writer)
                            : open("/dev/null", O_RDONLY | O_CLOEXEC);
    int status = wait_for(start_with(what, input, out, err));
    if (writer) {
        (void)wait_for(writer);
    }
    return (result){
        .status = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
        .signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0,
        .out = take_output(out),
        .err = take_output(err),
    };
}

void result_free(result *of) {
    free(of->out.data);
    free(of->err.data);
}

pid_t start(const call *what) {
    int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int output = open("/dev/null", O_WRONLY | O_CLOEXEC);
    pid_t process = start_with(what, input, output, output);
    (void)close(output);
    return process;
}

static result run_listed(const char *tool, const char *first, va_list rest) {
    call what = {.tool = tool};
    size_t count = 0;
    for (const char *next = first; next; next = va_arg(rest, const char *)) {
        assert_true(count + 1 < ARGUMENT_MAX);
        what.arguments[count++] = next;
    }
    return run(&what);
}

result whittle(const char *first, ...) {
    va_list rest;
    va_start(rest, first);
    result of = run_listed("whittle", first, rest);
    va_end(rest);
    return of;
}

result diff_creator(const char *first, ...) {
    va_list rest;
    va_start(rest, first);
    result of = run_listed("diff_creator", first, rest);
    va_end(rest);
    return of;
}

void whittle_succeeds(const char *first, ...) {
    va_list rest;
    va_start(rest, first);
    result of = run_listed("whittle", first, rest);
    va_end(rest);
    assert_succeeds(&of);
    result_free(&of);
}

void assert_succeeds(const result *of) {
    assert_string_equal((const char *)of->err.data, "");
    assert_int_equal(of->signal, 0);
    assert_int_equal(of->status, 0);
}

void assert_fails(result of, int status, const char *message) {
    char *line;
    assert_true(asprintf(&line, "%s\n", message) > 0);
    assert_string_equal((const char *)of.err.data, line);
    free(line);
    assert_string_equal((const char *)of.out.data, "");
    assert_int_equal(of.status, status);
    result_free(&of);
}

char *json_value(const char *text, const char *expression) {
    char script[512];
    if (system("command -v python3 >/dev/null") != 0) {
        print_message("skipped: there is no python3 to read JSON with\n");
        skip();
    }
    save(".json", text, strlen(text));
    (void)snprintf(script, sizeof script,
                   "python3 -c 'import json; d = json.load(open(\".json\", \"rb\")); print(%s)'",
                   expression);
    FILE *stream = popen(script, "r");
    assert_non_null(stream);
    content all = read_stream(stream);
    assert_int_equal(pclose(stream), 0);
    assert_int_equal(remove(".json"), 0);
    all.data[strcspn((char *)all.data, "\n")] = '\0';
    return (char *)all.data;
}

void assert_json(const char *text, const char *expression, const char *value) {
    char *found = json_value(text, expression);
    assert_string_equal(found, value);
    free(found);
}

void drop_privileges(void) {
    if (geteuid() == 0 && (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 || setuid(NOBODY) != 0)) {
        _exit(STATUS_CANNOT_PREPARE);
    }
}
