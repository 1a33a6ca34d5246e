/* whittle keygen: keys that openssl takes, readable by nobody else, and never over others. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/run_tool.h"
#include "support/unit_test.h"

static unsigned permissions_of(const char *name) {
    struct stat status;
    assert_int_equal(stat(name, &status), 0);
    return status.st_mode & 07777;
}

static void test_openssl_reads_and_writes_the_same(void **state) {
    (void)state;
    result of = whittle("keygen", "key", NULL);
    assert_succeeds(&of);
    char expected[200];
    (void)snprintf(expected, sizeof expected,
                   "key.pem: the private key: keep it secret, and keep a copy\n"
                   "key.pub.pem: the public key, id %.16s\n",
                   strstr((char *)of.out.data, "id ") + 3);
    assert_string_equal((char *)of.out.data, expected);
    result_free(&of);
    assert_folder_holds("key.pem key.pub.pem");
    assert_int_equal(system("openssl ec -in key.pem -out again.pem 2>log"), 0);
    assert_int_equal(system("openssl ec -in key.pem -pubout -out again.pub.pem 2>log"), 0);
    assert_int_equal(system("openssl ec -in key.pem -check -noout 2>log"), 0);
    assert_same("again.pem", "key.pem");
    assert_same("again.pub.pem", "key.pub.pem");
}

static void test_only_the_owner_reads_the_private_key(void **state) {
    (void)state;
    mode_t before = umask(0);
    whittle_succeeds("keygen", "key", NULL);
    (void)umask(before);
    assert_int_equal(permissions_of("key.pem"), 0600);
    assert_int_equal(permissions_of("key.pub.pem"), 0644);
}

static void test_no_file_is_overwritten(void **state) {
    (void)state;
    save("one.pem", "kept", 4);
    assert_fails(whittle("keygen", "one", NULL), 1,
                 "whittle: one.pem: it exists already (choose another prefix)");
    assert_holds("one.pem", "kept", 4);
    save("two.pub.pem", "kept", 4);
    assert_fails(whittle("keygen", "two", NULL), 1,
                 "whittle: two.pub.pem: it exists already (choose another prefix)");
    assert_holds("two.pub.pem", "kept", 4);
    assert_int_equal(symlink("three", "three.pem"), 0);
    assert_fails(whittle("keygen", "three", NULL), 1,
                 "whittle: three.pem: it exists already (choose another prefix)");
    assert_folder_holds("one.pem three.pem two.pub.pem");
}

static void test_a_missing_folder_is_told(void **state) {
    (void)state;
    assert_fails(whittle("keygen", "none/key", NULL), 1,
                 "whittle: none/key.pem: there is no such file or folder (check the name)");
}

static void test_json_and_quiet(void **state) {
    (void)state;
    result of = whittle("keygen", "--json", "key", NULL);
    assert_succeeds(&of);
    assert_json((char *)of.out.data, "d[\"private_key\"], d[\"public_key\"], len(d[\"key_id\"])",
                "key.pem key.pub.pem 16");
    result_free(&of);
    of = whittle("keygen", "--quiet", "other", NULL);
    assert_succeeds(&of);
    assert_string_equal((char *)of.out.data, "");
    result_free(&of);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_openssl_reads_and_writes_the_same),
        IN_FOLDER(test_only_the_owner_reads_the_private_key),
        IN_FOLDER(test_no_file_is_overwritten),
        IN_FOLDER(test_a_missing_folder_is_told),
        IN_FOLDER(test_json_and_quiet),
    };
    return cmocka_run_group_tests_name("tools/keygen", tests, NULL, NULL);
}
