/* test_address.c - what is the same address, and what is none. */

#include <stdlib.h>
#include <string.h>

#include "../smtp-receive/address.h"
#include "suite.h"

#define TEN "0123456789"
#define FIFTY TEN TEN TEN TEN TEN

static const struct form {
	const char *title, *given, *normal;	/* NULL: it is no address */
} forms[] = {
	{ "an address is its own normal form",
	  "ann@example.org", "ann@example.org" },
	{ "case does not count, on neither side",
	  "Ann@Example.ORG", "ann@example.org" },
	{ "all of atext needs no quotes",
	  "a!#$%&'*+-/=?^_`{|}~9@b", "a!#$%&'*+-/=?^_`{|}~9@b" },
	{ "quotes that are not needed are none",
	  "\"ann\"@example.org", "ann@example.org" },
	{ "nor are they around dots, wherever these stand",
	  "\".a..b.\"@example.org", ".a..b.@example.org" },
	{ "and without them such dots are taken, too",
	  ".a..b.@example.org", ".a..b.@example.org" },
	{ "backslashes that are not needed are none",
	  "\"a\\n\\n\"@example.org", "ann@example.org" },
	{ "a space needs quotes, but no backslash",
	  "\"ann\\ B\"@example.org", "\"ann b\"@example.org" },
	{ "quotes and backslashes in quotes need theirs",
	  "\"a\\\"\\\\b\"@example.org", "\"a\\\"\\\\b\"@example.org" },
	{ "@ in quotes does not end the local part",
	  "\"ann@home\"@example.org", "\"ann@home\"@example.org" },
	{ "an empty quoted string is a local part",
	  "\"\"@example.org", "\"\"@example.org" },
	{ "a domain may be an address literal",
	  "ann@[IPv6:2001:DB8::1]", "ann@[ipv6:2001:db8::1]" },
	{ "a domain may have an underscore",
	  "ann@my_host", "ann@my_host" },
	{ "the postmaster needs no domain",
	  "PostMaster", "postmaster" },
	{ "@domain alone is for the map's keys",
	  "@Example.org", "@example.org" },

	{ "nothing is no address", "", NULL },
	{ "another word is none", "ann", NULL },
	{ "nor is the postmaster's in quotes", "\"postmaster\"", NULL },
	{ "a domain must follow the @", "ann@", NULL },
	{ "a domain does not begin with a dot", "ann@.org", NULL },
	{ "a domain does not end with a dot", "ann@example.org.", NULL },
	{ "a domain has no two dots in a row", "ann@example..org", NULL },
	{ "a literal ends", "ann@[192.0.2.1", NULL },
	{ "a literal is not empty", "ann@[]", NULL },
	{ "a literal is made of numbers and their signs", "ann@[a b]", NULL },
	{ "@ needs quotes in a local part", "ann@home@example.org", NULL },
	{ "a space needs quotes", "ann b@example.org", NULL },
	{ "quotes begin a local part, or are none", "a\"nn\"@b", NULL },
	{ "quotes end before the @", "\"ann\"b@example.org", NULL },
	{ "quotes end", "\"ann@example.org", NULL },
	{ "a backslash stands before something", "\"ann\\", NULL },
	{ "a tab is no address's, in quotes neither", "\"a\tb\"@c", NULL },
	{ "nor are control bytes", "a\001@example.org", NULL },
	{ "nor are bytes above ASCII", "\xc3\xa4@example.org", NULL },
	{ "a path has 320 octets with its brackets: 318 fit",
	  FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY "012345@" TEN "a",
	  FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY "012345@" TEN "a" },
	{ "319 do not",
	  FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY "0123456@" TEN "a", NULL },
	{ "a domain has at most 255 octets",
	  "a@" FIFTY FIFTY FIFTY FIFTY FIFTY "012345", NULL },
};

/* Without a NUL behind it: ASan sees who looks there. */
static char *
copy(const char *string, size_t *len)
{
	*len = strlen(string);
	char *at = malloc(*len + (*len == 0));
	ck_assert_ptr_nonnull(at);
	return memcpy(at, string, *len);
}

/* The whole of given must be the address. */
static bool
normalise(char *at, size_t len, struct address *address)
{
	return address_parse(at, len, address) && address->used == len;
}

START_TEST(form)
{
	const struct form *f = &forms[_i];
	size_t len;
	char *at = copy(f->given, &len);
	struct address a;

	ck_assert_msg(normalise(at, len, &a) == (f->normal != NULL),
	    "%s", f->title);
	if (f->normal != NULL)
		ck_assert_msg(a.len == strlen(f->normal) &&
		    memcmp(at, f->normal, a.len) == 0,
		    "%s: %.*s", f->title, (int)a.len, at);
	else
		ck_assert_msg(strncasecmp(at, f->given, len) == 0,
		    "%s: it was changed: %.*s", f->title, (int)len, at);
	free(at);
}
END_TEST

static const struct stem {
	const char *title, *address, *delimiters, *without;
} stems[] = {
	{ "the extension ends at the @",
	  "ann+x@example.org", "+", "ann@example.org" },
	{ "it begins at the first delimiter",
	  "ann+x+y@example.org", "+", "ann@example.org" },
	{ "each delimiter is one",
	  "ann-x+y@example.org", "+-", "ann@example.org" },
	{ "the first character is none",
	  "+ann@example.org", "+", "+ann@example.org" },
	{ "but the second is", "++@example.org", "+", "+@example.org" },
	{ "no delimiters, no extensions",
	  "ann+x@example.org", "", "ann+x@example.org" },
	{ "no extension, no change",
	  "ann@example.org", "+", "ann@example.org" },
	{ "the domain is not looked at",
	  "ann@my-host", "-", "ann@my-host" },
	{ "quotes that the rest needs stay",
	  "\"a b+x\"@example.org", "+", "\"a b\"@example.org" },
	{ "quotes that the rest does not need go",
	  "\"ann+x y\"@example.org", "+", "ann@example.org" },
	{ "a quote in quotes is the first character",
	  "\"\\\"+x\"@example.org", "+", "\"\\\"\"@example.org" },
	{ "the first character in quotes is none, either",
	  "\"+ x\"@example.org", "+", "\"+ x\"@example.org" },
	{ "postmaster has one where it has a domain",
	  "postmaster+x@example.org", "+", "postmaster@example.org" },
	{ "and none where it has not", "postmaster", "s", "postmaster" },
};

START_TEST(stem)
{
	const struct stem *s = &stems[_i];
	size_t len;
	char *at = copy(s->address, &len);
	struct address a;

	ck_assert(normalise(at, len, &a));
	address_cut(at, &a, s->delimiters);
	ck_assert_msg(a.len == strlen(s->without) &&
	    memcmp(at, s->without, a.len) == 0,
	    "%s: %.*s", s->title, (int)a.len, at);
	ck_assert_msg(a.domain == 0 || at[a.len - a.domain] == '@',
	    "%s", s->title);
	free(at);
}
END_TEST

START_TEST(postmaster_is_told_from_others)
{
	static const struct { const char *given; bool is; } rows[] = {
		{ "postmaster", true }, { "postmaster@example.org", true },
		{ "postmaster+x@example.org", false },
		{ "postmasters@example.org", false }, { "@postmaster", false },
	};

	for (size_t i = 0; i < countof(rows); i++) {
		size_t len;
		char *at = copy(rows[i].given, &len);
		struct address a;

		ck_assert(normalise(at, len, &a));
		ck_assert_msg(address_is_postmaster(at, &a) == rows[i].is,
		    "%s", rows[i].given);
		free(at);
	}
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("address");
	TCase *tc = tcase_create("address");

	tcase_add_loop_test(tc, form, 0, countof(forms));
	tcase_add_loop_test(tc, stem, 0, countof(stems));
	tcase_add_test(tc, postmaster_is_told_from_others);
	suite_add_tcase(s, tc);
	return s;
}
