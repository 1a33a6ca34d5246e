/* Passphrases: from a file, from the terminal, and neither. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "support/run_tool.h"
#include "support/unit_test.h"

static void save_all(void) {
    save_images();
    whittle_succeeds("keygen", "--quiet", "key", NULL);
    whittle_succeeds("diff", "--quiet", "old", "new", "patch", NULL);
    assert_int_equal(system("openssl pkcs8 -topk8 -v2 aes256 -passout 'pass:two words' -in key.pem "
                            "-out locked.pem"),
                     0);
}

static void test_the_first_line_of_a_file_is_taken(void **state) {
    (void)state;
    static const char *const contents[] = {"two words", "two words\n", "two words\r\nmore"};
    save_all();
    whittle_succeeds("sign", "--key=key.pem", "patch", "expected", NULL);
    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
        save("phrase", contents[i], strlen(contents[i]));
        whittle_succeeds("sign", "--key=locked.pem", "--passphrase-file=phrase", "patch", "signed",
                         NULL);
        assert_same("signed", "expected");
    }
    whittle_succeeds("diff", "--sign=locked.pem", "--passphrase-file=phrase", "old", "new",
                     "signed", NULL);
    assert_same("signed", "expected");
}

static void test_wrong_files_are_told(void **state) {
    (void)state;
    char line[2000];
    save_all();
    save("phrase", "two  words\n", 11);
    assert_fails(whittle("sign", "--key=locked.pem", "--passphrase-file=phrase", "patch", NULL), 1,
                 "whittle: locked.pem: the key is encrypted, its passphrase missing or wrong (see "
                 "--passphrase-file)");
    assert_fails(whittle("sign", "--key=locked.pem", "--passphrase-file=none", "patch", NULL), 1,
                 "whittle: none: there is no such file or folder (check the name)");
    memset(line, 'a', sizeof line);
    save("phrase", line, sizeof line);
    assert_fails(
        whittle("sign", "--key=locked.pem", "--passphrase-file=phrase", "patch", NULL), 1,
        "whittle: phrase: its first line is too long for a passphrase (choose a shorter one)");
}

/* ---- With a terminal ---- */

static int terminal; /* the other end of it, where a person would sit */

static void lose_terminal(void) {
    (void)setsid();
}

static void take_terminal(void) {
    int own_end = setsid() < 0 ? -1 : open(ptsname(terminal), O_RDWR);
    if (own_end < 0 || ioctl(own_end, TIOCSCTTY, 0) != 0) {
        _exit(STATUS_CANNOT_PREPARE);
    }
    (void)close(own_end);
}

static const call sign_with_locked_key = {
    .tool = "whittle",
    .arguments = {"sign", "--key=locked.pem", "patch", "signed", NULL},
    .prepare = lose_terminal,
};

static void test_without_a_terminal_nobody_is_asked(void **state) {
    (void)state;
    save_all();
    assert_fails(run(&sign_with_locked_key), 1,
                 "whittle: locked.pem: the key is encrypted, and there is no terminal to ask for "
                 "its passphrase (use --passphrase-file)");
}

/* Waits for the prompt, types, and saves what the terminal has shown up to the end of the line. */
static void be_the_person(const char *typed) {
    char shown[200];
    size_t size = 0;
    bool answered = false;
    while (size + 1 < sizeof shown && read(terminal, shown + size, 1) == 1) {
        size++;
        if (!answered && shown[size - 1] == ':') {
            answered = write(terminal, typed, strlen(typed)) == (ssize_t)strlen(typed);
        } else if (shown[size - 1] == '\n') {
            break;
        }
    }
    save("shown", shown, size);
    _exit(0);
}

/* Runs the tool with a person who types that. */
static result run_with_typed(const char *typed) {
    terminal = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(terminal >= 0);
    assert_int_equal(grantpt(terminal), 0);
    assert_int_equal(unlockpt(terminal), 0);
    int kept_open = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    pid_t person = fork();
    if (person == 0) {
        be_the_person(typed);
    }
    call what = sign_with_locked_key;
    what.prepare = take_terminal;
    result of = run(&what);
    struct termios after;
    assert_int_equal(waitpid(person, NULL, 0), person);
    assert_int_equal(tcgetattr(kept_open, &after), 0);
    assert_true(after.c_lflag & ECHO);
    assert_true(after.c_lflag & ISIG);
    (void)close(kept_open);
    (void)close(terminal);
    return of;
}

static void assert_shown(void) {
    static const char prompt[] = "Passphrase of locked.pem: \r\n";
    assert_holds("shown", prompt, sizeof prompt - 1);
}

static void test_whoever_sits_at_the_terminal_is_asked(void **state) {
    (void)state;
    save_all();
    result of = run_with_typed("two words\n");
    assert_succeeds(&of);
    result_free(&of);
    assert_shown();
    whittle_succeeds("verify", "--quiet", "--key=key.pub.pem", "signed", NULL);
}

static void test_a_wrong_answer_is_refused(void **state) {
    (void)state;
    save_all();
    assert_fails(run_with_typed("three words\n"), 1,
                 "whittle: locked.pem: the key is encrypted, its passphrase missing or wrong (see "
                 "--passphrase-file)");
    assert_shown();
    assert_fails(run_with_typed("\004"), 1,
                 "whittle: locked.pem: no passphrase was given (type it, or name a file: "
                 "--passphrase-file)");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_the_first_line_of_a_file_is_taken),
        IN_FOLDER(test_wrong_files_are_told),
        IN_FOLDER(test_without_a_terminal_nobody_is_asked),
        IN_FOLDER(test_whoever_sits_at_the_terminal_is_asked),
        IN_FOLDER(test_a_wrong_answer_is_refused),
    };
    return cmocka_run_group_tests_name("tools/passphrase", tests, NULL, NULL);
}
