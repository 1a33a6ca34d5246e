/* What the tests of whittle batch begin with: a release and its old versions, in a test's folder.
 */
#ifndef TESTS_SUPPORT_BATCH_RELEASE_H
#define TESTS_SUPPORT_BATCH_RELEASE_H

/* A folder "olds" with three versions: "1.0.bin" and "1.1.bin", which are like "new", and
 * "other.bin", which is not. */
void save_release(void);

#endif
