/* test_path.c - the argument of MAIL and RCPT. */

#include <stdlib.h>
#include <string.h>

#include "../smtp-receive/limit.h"
#include "../smtp-receive/path.h"
#include "suite.h"

static const struct {
	const char *in;
	enum path_kind kind;
	const char *address, *rest;
} rows[] = {
	{ "<>", PATH_NULL, "", "" },
	{ " <> SIZE=1", PATH_NULL, "", " SIZE=1" },
	{ "<ann@example.org>", PATH_MAILBOX, "ann@example.org", "" },
	{ "  <ann@example.org>  X", PATH_MAILBOX, "ann@example.org", "  X" },
	{ "<Postmaster>", PATH_LOCAL, "Postmaster", "" },
	{ "<\"post master\">", PATH_LOCAL, "\"post master\"", "" },

	/* Local parts. */
	{ "<.a..b.@c>", PATH_MAILBOX, ".a..b.@c", "" },
	{ "<!#$%&'*+-/=?^_`{|}~0@c>", PATH_MAILBOX, "!#$%&'*+-/=?^_`{|}~0@c",
	  "" },
	{ "<\"\"@c>", PATH_MAILBOX, "\"\"@c", "" },
	{ "<\"a b\"@c>", PATH_MAILBOX, "\"a b\"@c", "" },
	{ "<\"a\\\"b\\\\\"@c>", PATH_MAILBOX, "\"a\\\"b\\\\\"@c", "" },
	{ "<\">@<\"@c>", PATH_MAILBOX, "\">@<\"@c", "" },
	{ "<\"a\tb\"@c>", PATH_BAD, NULL, NULL },
	{ "<\"a\\\tb\"@c>", PATH_BAD, NULL, NULL },
	{ "<\"a\x7f\"@c>", PATH_BAD, NULL, NULL },
	{ "<\"a\\\xc3\"@c>", PATH_BAD, NULL, NULL },
	{ "<\"a\"b@c>", PATH_BAD, NULL, NULL },
	{ "<a\"b\"@c>", PATH_BAD, NULL, NULL },
	{ "<\"a@c>", PATH_BAD, NULL, NULL },
	{ "<\"a\\", PATH_BAD, NULL, NULL },
	{ "<\"", PATH_BAD, NULL, NULL },
	{ "<a b@c>", PATH_BAD, NULL, NULL },
	{ "<a(b)@c>", PATH_BAD, NULL, NULL },
	{ "<a,b@c>", PATH_BAD, NULL, NULL },
	{ "<a\xc3\xa9@c>", PATH_BAD, NULL, NULL },
	{ "<@c>", PATH_BAD, NULL, NULL },

	/* Domains. */
	{ "<a@b-_c.d>", PATH_MAILBOX, "a@b-_c.d", "" },
	{ "<a@1>", PATH_MAILBOX, "a@1", "" },
	{ "<a@>", PATH_BAD, NULL, NULL },
	{ "<a@.b>", PATH_BAD, NULL, NULL },
	{ "<a@b.>", PATH_BAD, NULL, NULL },
	{ "<a@b..c>", PATH_BAD, NULL, NULL },
	{ "<a@b@c>", PATH_BAD, NULL, NULL },
	{ "<a@b c>", PATH_BAD, NULL, NULL },
	{ "<a@b\xc3\xa9>", PATH_BAD, NULL, NULL },
	{ "<a@[192.0.2.1]>", PATH_MAILBOX, "a@[192.0.2.1]", "" },
	{ "<a@[IPv6:::1]>", PATH_MAILBOX, "a@[IPv6:::1]", "" },
	{ "<a@[]>", PATH_BAD, NULL, NULL },
	{ "<a@[1>", PATH_BAD, NULL, NULL },
	{ "<a@[1]2>", PATH_BAD, NULL, NULL },
	{ "<a@[[1]]>", PATH_BAD, NULL, NULL },
	{ "<a@[1\\2]>", PATH_BAD, NULL, NULL },
	{ "<a@[1 2]>", PATH_BAD, NULL, NULL },

	/* Source routes. */
	{ "<@a:b@c>", PATH_MAILBOX, "b@c", "" },
	{ "<@a.b,@[1]:b@c> X", PATH_MAILBOX, "b@c", " X" },
	{ "<@a,:b@c>", PATH_BAD, NULL, NULL },
	{ "<@a:>", PATH_BAD, NULL, NULL },
	{ "<@a:postmaster>", PATH_BAD, NULL, NULL },
	{ "<@a,b:c@d>", PATH_BAD, NULL, NULL },
	{ "<@a@b:c@d>", PATH_BAD, NULL, NULL },
	{ "<@a b@c>", PATH_BAD, NULL, NULL },
	{ "<@a:", PATH_BAD, NULL, NULL },

	/* Brackets. */
	{ "", PATH_NONE, NULL, NULL },
	{ "  ", PATH_NONE, NULL, NULL },
	{ "ann@example.org", PATH_NONE, NULL, NULL },
	{ "ann <ann@example.org>", PATH_NONE, NULL, NULL },
	{ "<", PATH_BAD, NULL, NULL },
	{ "<a", PATH_BAD, NULL, NULL },
	{ "<a@", PATH_BAD, NULL, NULL },
	{ "<a@b", PATH_BAD, NULL, NULL },
	{ "<<a@b>>", PATH_BAD, NULL, NULL },
	{ "<a@b>>", PATH_BAD, NULL, NULL },
	{ "<a@b>SIZE=1", PATH_BAD, NULL, NULL },
	{ "<a@b>\tSIZE=1", PATH_BAD, NULL, NULL },
	{ "< a@b>", PATH_BAD, NULL, NULL },
	{ "<a@b >", PATH_BAD, NULL, NULL },
};

/* From memory that ends where the text does, for the sanitizer; it is to
 * be freed. */
static char *
copy(const char *text, size_t len)
{
	char *octets = malloc(len > 0 ? len : 1);

	ck_assert_ptr_nonnull(octets);
	memcpy(octets, text, len);
	return octets;
}

START_TEST(a_path)
{
	size_t len = strlen(rows[_i].in);
	char *octets = copy(rows[_i].in, len);
	struct span in = { octets, len }, address;

	ck_assert_int_eq(path_take(&in, &address), rows[_i].kind);
	if (rows[_i].address != NULL) {
		ck_assert(span_is(address, rows[_i].address));
		ck_assert(span_is(in, rows[_i].rest));
	}
	free(octets);
}
END_TEST

/* "<" local of so many octets "@" domain of so many ">" */
static const struct {
	size_t local, domain;
	enum path_kind kind;
} sizes[] = {
	{ 1, 255, PATH_MAILBOX },
	{ 1, 256, PATH_BAD },
	{ 61, 255, PATH_MAILBOX },
	{ 62, 255, PATH_MAILBOX },
	{ 63, 255, PATH_BAD },
	{ 315, 1, PATH_MAILBOX },
	{ 316, 1, PATH_MAILBOX },
	{ 317, 1, PATH_BAD },
	{ 2000, 1, PATH_BAD },
};

START_TEST(limits)
{
	char text[3000];
	size_t local = sizes[_i].local, domain = sizes[_i].domain;
	struct span in = { text, local + domain + 3 }, address;

	memset(text, 'a', sizeof text);
	text[0] = '<';
	text[1 + local] = '@';
	text[2 + local + domain] = '>';
	ck_assert_int_eq(path_take(&in, &address), sizes[_i].kind);
}
END_TEST

START_TEST(nul_is_no_character)
{
	static const char *const texts[] = { "<a\0@bcde>", "<a@b\0cde>",
	    "<a@[\0bc]>", "<\"a\0\"@bc>", "<abc@de>\0" };
	struct span in = { texts[_i], 9 }, address;

	ck_assert_int_eq(path_take(&in, &address), PATH_BAD);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("path");
	TCase *tc = tcase_create("path");

	tcase_add_loop_test(tc, a_path, 0, countof(rows));
	tcase_add_loop_test(tc, limits, 0, countof(sizes));
	tcase_add_loop_test(tc, nul_is_no_character, 0, 5);
	suite_add_tcase(s, tc);
	return s;
}
