/* suite.h - what each tests/test_ROOM.c gives to main.c. */

#ifndef SUITE_H
#define SUITE_H

#include <check.h>

#define countof(array) (sizeof (array) / sizeof *(array))

Suite *suite(void);

#endif
