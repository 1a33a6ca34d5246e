/* whittle diff --sign, sign, digest and attach: the same signed patch whichever way it is made, and
 * openssl agrees about each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/run_tool.h"
#include "support/unit_test.h"

enum { BLOCK_AND_CRC = 76 };

static void save_all(void) {
    save_images();
    whittle_succeeds("keygen", "--quiet", "key", NULL);
    whittle_succeeds("diff", "--quiet", "old", "new", "patch", NULL);
}

static void shell(const char *command) {
    if (system(command) != 0) {
        fail_msg("%s", command);
    }
}

/* What is signed, as docs/FORMAT.md has it: all but the last 76 bytes of a signed patch. */
static void save_message(const char *signed_patch) {
    content all = load(signed_patch);
    save("message", all.data, all.size - BLOCK_AND_CRC);
    free(all.data);
}

static void save_signature_as_der(const char *signed_patch) {
    content all = load(signed_patch);
    save("raw", all.data + all.size - BLOCK_AND_CRC, 64);
    free(all.data);
    shell("python3 -c \"b=open('raw','rb').read()\n"
          "f=lambda n:(lambda v:bytes([2,len(v)])+v)(n.to_bytes(n.bit_length()//8+1,'big'))\n"
          "s=f(int.from_bytes(b[:32],'big'))+f(int.from_bytes(b[32:],'big'))\n"
          "open('signature','wb').write(bytes([48,len(s)])+s)\"");
}

static void test_openssl_verifies_what_was_signed(void **state) {
    (void)state;
    save_all();
    whittle_succeeds("sign", "--key=key.pem", "patch", NULL);
    save_message("patch");
    save_signature_as_der("patch");
    shell("openssl dgst -sha256 -verify key.pub.pem -signature signature message >log");
}

static void test_a_signature_by_openssl_is_attached(void **state) {
    (void)state;
    save_all();
    whittle_succeeds("digest", "--output=digest", "patch", NULL);
    shell("openssl pkeyutl -sign -inkey key.pem -in digest -out signature");
    whittle_succeeds("attach", "--key=key.pub.pem", "patch", "signature", "signed", NULL);
    whittle_succeeds("verify", "--quiet", "--key=key.pub.pem", "--old=old", "signed", NULL);
    save_message("signed");
    shell("openssl dgst -sha256 -sign key.pem -out signature message");
    whittle_succeeds("attach", "--key=key.pub.pem", "signed", "signature", NULL);
    whittle_succeeds("verify", "--quiet", "--key=key.pub.pem", "--old=old", "signed", NULL);
}

static void test_the_digest_is_what_openssl_computes(void **state) {
    (void)state;
    save_all();
    whittle_succeeds("sign", "--key=key.pem", "patch", "signed", NULL);
    save_message("signed");
    shell("openssl dgst -sha256 -r message | cut -d' ' -f1 >expected");
    content expected = load("expected");
    const char *const patches[] = {"patch", "signed"};
    for (size_t i = 0; i < 2; i++) {
        result of = whittle("digest", patches[i], NULL);
        assert_succeeds(&of);
        assert_string_equal((char *)of.out.data, (char *)expected.data);
        result_free(&of);
    }
    free(expected.data);
}

static void test_every_way_makes_the_same_patch(void **state) {
    (void)state;
    save_all();
    whittle_succeeds("diff", "--quiet", "--sign=key.pem", "old", "new", "at-once", NULL);
    whittle_succeeds("sign", "--key=key.pem", "patch", "later", NULL);
    assert_same("at-once", "later");
    whittle_succeeds("sign", "--key=key.pem", "patch", NULL);
    assert_same("patch", "later");
    assert_folder_holds("at-once key.pem key.pub.pem later new old patch");
}

static void test_signing_costs_72_bytes(void **state) {
    (void)state;
    save_all();
    whittle_succeeds("sign", "--key=key.pem", "patch", "signed", NULL);
    content before = load("patch");
    content after = load("signed");
    assert_int_equal(after.size, before.size + 72);
    free(before.data);
    free(after.data);
    whittle_succeeds("diff", "--sign=key.pem", "old", "old", "same", NULL);
    content same = load("same");
    assert_in_range(same.size, 1, 200);
    free(same.data);
}

static void test_info_names_the_signer(void **state) {
    (void)state;
    save_all();
    whittle_succeeds("sign", "--quiet", "--key=key.pem", "patch", NULL);
    shell("openssl ec -pubin -in key.pub.pem -outform DER 2>log | tail -c 64 | openssl dgst "
          "-sha256 -r | cut -c1-16 | tr -d '\\n' >id");
    content id = load("id");
    result of = whittle("info", "patch", NULL);
    char line[64];
    (void)snprintf(line, sizeof line, "signature         by key %s\n", (char *)id.data);
    assert_non_null(strstr((char *)of.out.data, line));
    result_free(&of);
    of = whittle("info", "--json", "patch", NULL);
    assert_json((char *)of.out.data, "d[\"signed\"]", "True");
    assert_json((char *)of.out.data, "d[\"key_id\"]", (char *)id.data);
    result_free(&of);
    free(id.data);
}

static void test_foreign_signatures_are_not_attached(void **state) {
    (void)state;
    save_all();
    whittle_succeeds("keygen", "--quiet", "other", NULL);
    whittle_succeeds("digest", "--output=digest", "patch", NULL);
    shell("openssl pkeyutl -sign -inkey other.pem -in digest -out signature");
    assert_fails(whittle("attach", "--key=key.pub.pem", "patch", "signature", "signed", NULL), 1,
                 "whittle: signature: it is not a signature of this patch by this key (name the "
                 "signer's, and sign the digest of this patch)");
    assert_fails(whittle("attach", "--key=key.pub.pem", "patch", "old", "signed", NULL), 1,
                 "whittle: old: this is no DER signature for P-256 (sign as openssl pkeyutl does)");
    assert_folder_holds("digest key.pem key.pub.pem new old other.pem other.pub.pem patch "
                        "signature");
}

static void test_what_cannot_be_signed_stays_as_it_is(void **state) {
    (void)state;
    save_all();
    assert_fails(whittle("sign", "--key=key.pub.pem", "patch", NULL), 1,
                 "whittle: key.pub.pem: this is a public key (sign with the private one)");
    assert_fails(whittle("sign", "--key=old", "patch", NULL), 1,
                 "whittle: old: this is no key for P-256 in a PEM file (make one: whittle keygen)");
    assert_fails(whittle("sign", "--key=key.pem", "old", NULL), 1,
                 "whittle: old: this is not a patch (whittle diff makes one)");
    whittle_succeeds("diff", "--format=bsdiff40", "old", "new", "legacy", NULL);
    static const char refused[] =
        "whittle: legacy: BSDIFF40 has no room for a signature (make a whittle patch)";
    assert_fails(whittle("sign", "--key=key.pem", "legacy", NULL), 1, refused);
    assert_fails(whittle("digest", "legacy", NULL), 1, refused);
    assert_fails(whittle("sign", "--key=key.pem", "patch", "key.pem", NULL), 1,
                 "whittle: key.pem: it is read and written at once (choose another output)");
    whittle_succeeds("diff", "--quiet", "old", "new", "again", NULL);
    assert_same("patch", "again");
}

static void test_a_key_is_needed(void **state) {
    (void)state;
    save_all();
    assert_fails(whittle("sign", "patch", NULL), 2,
                 "whittle: --key: this option is needed (see whittle sign --help)");
    assert_fails(whittle("attach", "patch", "old", NULL), 2,
                 "whittle: --key: this option is needed (see whittle attach --help)");
}

static void test_diff_signs_nothing_with_a_wrong_key(void **state) {
    (void)state;
    save_images();
    assert_fails(whittle("diff", "--sign=none.pem", "old", "new", "patch", NULL), 1,
                 "whittle: none.pem: there is no such file or folder (check the name)");
    assert_fails(whittle("diff", "--sign=old", "old", "new", "patch", NULL), 1,
                 "whittle: old: this is no key for P-256 in a PEM file (make one: whittle keygen)");
    assert_folder_holds("new old");
}

static void test_results_are_told(void **state) {
    (void)state;
    save_all();
    result of = whittle("sign", "--json", "--key=key.pem", "patch", NULL);
    assert_succeeds(&of);
    assert_json((char *)of.out.data, "d[\"patch\"], len(d[\"key_id\"])", "patch 16");
    result_free(&of);
    of = whittle("sign", "--key=key.pem", "patch", NULL);
    assert_succeeds(&of);
    assert_non_null(strstr((char *)of.out.data, " bytes, signed by key "));
    result_free(&of);
    of = whittle("diff", "--json", "--sign=key.pem", "old", "new", "patch", NULL);
    assert_json((char *)of.out.data, "d[\"signed\"]", "True");
    result_free(&of);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_openssl_verifies_what_was_signed),
        IN_FOLDER(test_a_signature_by_openssl_is_attached),
        IN_FOLDER(test_the_digest_is_what_openssl_computes),
        IN_FOLDER(test_every_way_makes_the_same_patch),
        IN_FOLDER(test_signing_costs_72_bytes),
        IN_FOLDER(test_info_names_the_signer),
        IN_FOLDER(test_foreign_signatures_are_not_attached),
        IN_FOLDER(test_what_cannot_be_signed_stays_as_it_is),
        IN_FOLDER(test_a_key_is_needed),
        IN_FOLDER(test_diff_signs_nothing_with_a_wrong_key),
        IN_FOLDER(test_results_are_told),
    };
    return cmocka_run_group_tests_name("tools/sign", tests, NULL, NULL);
}
