/* test_ids.c - UID:GID. */

#include "../smtp-receive/ids.h"

#include "suite.h"

static const struct {
	const char *text, *rest;	/* NULL: no ids */
	uid_t uid;
	gid_t gid;
} rows[] = {
	{ "1:2", "", 1, 2 },
	{ "1:2:", ":", 1, 2 },
	{ "1:2:x", ":x", 1, 2 },
	{ "1:2x", "x", 1, 2 },
	{ "1:2 ", " ", 1, 2 },
	{ "0:0", "", 0, 0 },
	{ "007:08", "", 7, 8 },
	{ "4294967294:4294967294", "", 4294967294, 4294967294 },
	{ "4294967295:1", NULL, 0, 0 },
	{ "1:4294967295", NULL, 0, 0 },
	{ "4294967296:1", NULL, 0, 0 },
	{ "1:4294967297", NULL, 0, 0 },
	{ "18446744073709551617:1", NULL, 0, 0 },
	{ "", NULL, 0, 0 },
	{ ":", NULL, 0, 0 },
	{ "1", NULL, 0, 0 },
	{ "1:", NULL, 0, 0 },
	{ ":1", NULL, 0, 0 },
	{ "1::2", NULL, 0, 0 },
	{ "1 :2", NULL, 0, 0 },
	{ " 1:2", NULL, 0, 0 },
	{ "-1:2", NULL, 0, 0 },
	{ "1:+2", NULL, 0, 0 },
	{ "0x1:2", NULL, 0, 0 },
	{ "ann:2", NULL, 0, 0 },
};

START_TEST(uid_and_gid)
{
	struct span s = span_of(rows[_i].text);
	uid_t uid = 42;
	gid_t gid = 42;

	ck_assert_int_eq(ids_cut(&s, &uid, &gid), rows[_i].rest != NULL);
	if (rows[_i].rest == NULL)
		return;
	ck_assert_uint_eq(uid, rows[_i].uid);
	ck_assert_uint_eq(gid, rows[_i].gid);
	ck_assert(span_same(s, span_of(rows[_i].rest)));
}
END_TEST

START_TEST(not_behind_the_end)
{
	struct span s = { "1:23", 3 };
	uid_t uid;
	gid_t gid;

	ck_assert(ids_cut(&s, &uid, &gid));
	ck_assert_uint_eq(gid, 2);
	ck_assert_uint_eq(s.len, 0);
	s = (struct span){ "1:2", 2 };
	ck_assert(!ids_cut(&s, &uid, &gid));
	s = (struct span){ NULL, 0 };
	ck_assert(!ids_cut(&s, &uid, &gid));
}
END_TEST

START_TEST(written)
{
	char at[IDS_TEXT];

	ids_write(0, 7, at);
	ck_assert_str_eq(at, "0:7");
	ids_write(4294967295, 4294967294, at);
	ck_assert_str_eq(at, "4294967295:4294967294");
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("ids");
	TCase *tc = tcase_create("ids");

	tcase_add_loop_test(tc, uid_and_gid, 0, countof(rows));
	tcase_add_test(tc, not_behind_the_end);
	tcase_add_test(tc, written);
	suite_add_tcase(s, tc);
	return s;
}
