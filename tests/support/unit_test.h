/* What every test program includes: cmocka, with the headers that it wants before it. */
#ifndef TESTS_SUPPORT_UNIT_TEST_H
#define TESTS_SUPPORT_UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

#endif
