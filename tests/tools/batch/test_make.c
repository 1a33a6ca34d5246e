/* The manifest of whittle batch is there only when all of it is: also where an earlier call has
 * left one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/run_tool.h"

/* Two images of a folder "olds", "new", and what a call has made of them in "out". */
static void save_made(const char *shard) {
    save_images();
    assert_int_equal(mkdir("olds", 0777), 0);
    assert_int_equal(rename("old", "olds/1.bin"), 0);
    content image = load("new");
    image.data[image.size / 2] ^= 1;
    save("olds/2.bin", image.data, image.size);
    free(image.data);
    whittle_succeeds("batch", "--quiet", shard, "olds", "new", "out", NULL);
}

static void assert_withdrawn(const char *shard, const char *manifest, const char *failed) {
    char message[128];
    save_made(shard);
    assert_int_equal(access(manifest, F_OK), 0);
    assert_int_equal(symlink("nowhere", "olds/3.bin"), 0);
    result of = whittle("batch", "--quiet", shard, "olds", "new", "out", NULL);
    assert_int_equal(of.status, 1);
    (void)snprintf(message, sizeof message,
                   "whittle: out: %s versions failed, and there is no manifest", failed);
    assert_non_null(strstr((char *)of.err.data, message));
    result_free(&of);
    assert_int_not_equal(access(manifest, F_OK), 0);
    assert_int_equal(unlink("olds/3.bin"), 0);
    whittle_succeeds("batch", "--quiet", shard, "olds", "new", "out", NULL);
    assert_int_equal(access(manifest, F_OK), 0);
}

static void a_failure_takes_the_manifest_of_an_earlier_call(void **state) {
    (void)state;
    assert_withdrawn("--jobs=1", "out/manifest.json", "1 of 3");
}

static void so_it_does_for_a_shard(void **state) {
    (void)state;
    assert_withdrawn("--shard=1/2", "out/manifest.1-of-2.json", "1 of 2");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_failure_takes_the_manifest_of_an_earlier_call),
        IN_FOLDER(so_it_does_for_a_shard),
    };
    return cmocka_run_group_tests_name("tools/batch_make", tests, NULL, NULL);
}
