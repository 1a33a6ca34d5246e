/* whittle verify: says what it checked, and what it could not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/run_tool.h"
#include "support/unit_test.h"

static void save_all(void) {
    save_images();
    whittle_succeeds("diff", "--quiet", "old", "new", "patch", NULL);
}

static void assert_prints(result of, const char *text) {
    assert_succeeds(&of);
    assert_string_equal((char *)of.out.data, text);
    result_free(&of);
}

static void test_without_the_old_image_it_says_what_is_left(void **state) {
    (void)state;
    save_all();
    assert_prints(whittle("verify", "patch", NULL),
                  "header      right, and every field within its bounds\n"
                  "checksum    right, over the whole length of the patch\n"
                  "signature   none: the patch is not signed\n"
                  "old image   not checked (name it with --old)\n"
                  "decoding    not checked (name the old image with --old)\n"
                  "new image   not checked (name the old image with --old)\n");
}

static void test_with_the_old_image_it_decodes(void **state) {
    (void)state;
    save_all();
    assert_prints(whittle("verify", "--old", "old", "patch", NULL),
                  "header      right, and every field within its bounds\n"
                  "checksum    right, over the whole length of the patch\n"
                  "signature   none: the patch is not signed\n"
                  "old image   it is the one that the patch is for\n"
                  "decoding    whole, within the RAM that the patch declares\n"
                  "new image   has the digest that the patch promises\n");
    assert_folder_holds("new old patch");
}

static void test_a_self_contained_patch_is_decoded_at_once(void **state) {
    (void)state;
    save_all();
    whittle_succeeds("diff", "--full", "new", "patch", NULL);
    assert_prints(whittle("verify", "patch", NULL),
                  "header      right, and every field within its bounds\n"
                  "checksum    right, over the whole length of the patch\n"
                  "signature   none: the patch is not signed\n"
                  "decoding    whole, within the RAM that the patch declares\n"
                  "new image   has the digest that the patch promises\n");
}

static void test_bsdiff40_is_decoded_and_not_trusted(void **state) {
    (void)state;
    save_all();
    whittle_succeeds("diff", "--format=bsdiff40", "old", "new", "patch", NULL);
    static const char text[] = "header      right, and every field within its bounds\n"
                               "decoding    all three streams, to their ends\n"
                               "old image   not checked (BSDIFF40 has no digest of it)\n"
                               "new image   not checked (BSDIFF40 has no digest of it)\n";
    assert_prints(whittle("verify", "patch", NULL), text);
    assert_prints(whittle("verify", "--old=old", "patch", NULL), text);
}

static void test_the_wrong_old_image_is_named(void **state) {
    (void)state;
    save_all();
    assert_fails(whittle("verify", "--old", "new", "patch", NULL), 1,
                 "whittle: new: the patch is for another source image (use the patch for the "
                 "version that is here)");
}

static void test_a_signature_is_checked_with_the_key(void **state) {
    (void)state;
    save_images();
    whittle_succeeds("keygen", "--quiet", "key", NULL);
    whittle_succeeds("diff", "--quiet", "--sign=key.pem", "old", "new", "patch", NULL);
    assert_prints(whittle("verify", "--key=key.pub.pem", "--old", "old", "patch", NULL),
                  "header      right, and every field within its bounds\n"
                  "checksum    right, over the whole length of the patch\n"
                  "signature   right, by the key that was named\n"
                  "old image   it is the one that the patch is for\n"
                  "decoding    whole, within the RAM that the patch declares\n"
                  "new image   has the digest that the patch promises\n");
    assert_prints(whittle("verify", "patch", NULL),
                  "header      right, and every field within its bounds\n"
                  "checksum    right, over the whole length of the patch\n"
                  "signature   not checked (name the signer's key with --key)\n"
                  "old image   not checked (name it with --old)\n"
                  "decoding    not checked (name the old image with --old)\n"
                  "new image   not checked (name the old image with --old)\n");
}

/* Also where the rest of the patch is right. */
static void test_wrong_signatures_are_refused(void **state) {
    (void)state;
    save_all();
    whittle_succeeds("keygen", "--quiet", "key", NULL);
    whittle_succeeds("keygen", "--quiet", "other", NULL);
    assert_fails(whittle("verify", "--key=key.pub.pem", "--old=old", "patch", NULL), 1,
                 "whittle: patch: a signature is required and there is none (sign the patch)");
    whittle_succeeds("sign", "--quiet", "--key=other.pem", "patch", NULL);
    assert_fails(
        whittle("verify", "--key=key.pub.pem", "--old=old", "patch", NULL), 1,
        "whittle: patch: the signature is wrong or by an unknown key (sign by a trusted key)");
    assert_fails(whittle("verify", "--key=key.pem", "patch", NULL), 1,
                 "whittle: key.pem: this is a private key (name the public one, and keep this one "
                 "away)");
    assert_fails(whittle("verify", "--key=old", "patch", NULL), 1,
                 "whittle: old: this is no key for P-256 in a PEM file (make one: whittle keygen)");
}

static void test_bsdiff40_has_no_signatures(void **state) {
    (void)state;
    save_images();
    whittle_succeeds("keygen", "--quiet", "key", NULL);
    whittle_succeeds("diff", "--format=bsdiff40", "old", "new", "patch", NULL);
    assert_fails(whittle("verify", "--key=key.pub.pem", "patch", NULL), 1,
                 "whittle: patch: BSDIFF40 has no signatures (leave out --key)");
}

static void test_json_and_quiet(void **state) {
    (void)state;
    save_all();
    result of = whittle("verify", "--json", "patch", NULL);
    assert_succeeds(&of);
    assert_json((char *)of.out.data, "d[\"file\"], d[\"format\"], d[\"decoded\"]",
                "patch whittle False");
    assert_json((char *)of.out.data, "[c[\"name\"] for c in d[\"checks\"] if c[\"checked\"]]",
                "['header', 'checksum']");
    result_free(&of);
    of = whittle("verify", "--json", "--old=old", "patch", NULL);
    assert_json((char *)of.out.data, "d[\"decoded\"]", "True");
    assert_json((char *)of.out.data, "[c[\"name\"] for c in d[\"checks\"] if not c[\"checked\"]]",
                "['signature']");
    result_free(&of);
    assert_prints(whittle("verify", "--quiet", "--old=old", "patch", NULL), "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_without_the_old_image_it_says_what_is_left),
        IN_FOLDER(test_with_the_old_image_it_decodes),
        IN_FOLDER(test_a_self_contained_patch_is_decoded_at_once),
        IN_FOLDER(test_bsdiff40_is_decoded_and_not_trusted),
        IN_FOLDER(test_the_wrong_old_image_is_named),
        IN_FOLDER(test_a_signature_is_checked_with_the_key),
        IN_FOLDER(test_wrong_signatures_are_refused),
        IN_FOLDER(test_bsdiff40_has_no_signatures),
        IN_FOLDER(test_json_and_quiet),
    };
    return cmocka_run_group_tests_name("tools/verify", tests, NULL, NULL);
}
