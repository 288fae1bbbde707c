/* find.c - who gets what: smtp-receive-users(5), row by row. */

#include <stdio.h>
#include <string.h>

#include "../suite.h"
#include "map.h"
#include "parts.h"

#define HOUSE \
	"ann@example.org\t/var/mail/ann/\n" \
	"bob@example.org /var/mail/bob\n" \
	"info@example.org ann@example.org, bob@example.org\n" \
	"all@example.org info@example.org,/var/mail/all,ann@example.org\n" \
	"postmaster ann@example.org\n" \
	"old@example.org reject Gone for good\n" \
	"soon@example.org later Try tomorrow\n" \
	"@example.net bob@example.org\n" \
	"eve@example.net reject No Eve\n"

#define USERS \
	"@b ~/m/\n" \
	"postmaster ann@b\n"

static const struct row {
	const char *title, *text, *address, *found;
	const char *fault;	/* how the only one begins; NULL: none */
} rows[] = {
	{ "an address leads to its Maildir, whose slash at the end goes",
	  HOUSE, "ann@example.org", "ok /var/mail/ann", NULL },
	{ "case does not count", HOUSE, "ANN@Example.Org",
	  "ok /var/mail/ann", NULL },
	{ "quotes that are not needed do not count", HOUSE,
	  "\"ann\"@example.org", "ok /var/mail/ann", NULL },
	{ "nor do they in a key, nor its case",
	  "\"A\\nN\"@Example.org /a\nb@c /b\n", "ann@example.org", "ok /a",
	  NULL },
	{ "a key may need its quotes",
	  "\"ann b\"@example.org /a\n", "\"Ann\\ B\"@example.org", "ok /a",
	  NULL },
	{ "an address may lead to addresses", HOUSE, "info@example.org",
	  "ok /var/mail/ann /var/mail/bob", NULL },
	{ "each Maildir counts once, in the order of the line", HOUSE,
	  "all@example.org", "ok /var/mail/ann /var/mail/bob /var/mail/all",
	  NULL },
	{ "a slash more makes no other Maildir",
	  "a@b /m, /m/, /m//\n", "a@b", "ok /m", NULL },
	{ "a target may need its quotes, with a comma in them",
	  "\"a, b\"@c /m\nx@c \"A, B\"@c, /n\n", "x@c", "ok /m /n", NULL },
	{ "and a quote in them",
	  "\"a\\\", b\"@c /m\nx@c \"a\\\", b\"@c, /n\n", "x@c", "ok /m /n",
	  NULL },
	{ "a path may have any letters",
	  "a@b /m\xc3\xa4/\"x\"/a#b\n", "a@b", "ok /m\xc3\xa4/\"x\"/a#b",
	  NULL },

	{ "reject says its text", HOUSE, "old@example.org",
	  "reject Gone for good", NULL },
	{ "later says its text", HOUSE, "soon@example.org",
	  "later Try tomorrow", NULL },
	{ "a comment ends a text, too",
	  "a@b reject No, #1 is no # comment\n", "a@b", "reject No,", NULL },
	{ "a # inside a word is none",
	  "a@b reject No1#2 here\n", "a@b", "reject No1#2 here", NULL },
	{ "reject is a word only where one stands alone",
	  "a@b rejected@b\nrejected@b /r\n", "a@b", "ok /r", NULL },
	{ "the words may be written large",
	  "a@b REJECT Go\n", "a@b", "reject Go", NULL },
	{ "a text may go on in the next line, as one line",
	  "a@b reject No\n\tmail\n", "a@b", "reject No mail", NULL },

	{ "an extension is cut off", HOUSE, "ann+x+y@example.org",
	  "ok /var/mail/ann", NULL },
	{ "not if the address as given has a line",
	  HOUSE "ann+x@example.org /x\n", "ann+x@example.org", "ok /x", NULL },
	{ "not if it begins the local part", HOUSE, "+ann@example.org",
	  "no such user", NULL },
	{ "@domain takes who has no line", HOUSE, "ann@example.net",
	  "ok /var/mail/bob", NULL },
	{ "and only who has no line", HOUSE, "eve@example.net",
	  "reject No Eve", NULL },
	{ "an extension counts before @domain", HOUSE, "eve+x@example.net",
	  "reject No Eve", NULL },
	{ "@domain alone is no address", HOUSE, "@example.net",
	  "no such user", NULL },
	{ "@domain may stand above the domain's lines",
	  "@b /all\na@b /a\n", "a@b", "ok /a", NULL },
	{ "and below them", "a@b /a\n@b /all\n", "x@b", "ok /all", NULL },

	{ "the bare postmaster has a key", HOUSE, "Postmaster",
	  "ok /var/mail/ann", NULL },
	{ "each domain's postmaster has it, too", HOUSE,
	  "postmaster@example.org", "ok /var/mail/ann", NULL },
	{ "but @domain comes first", HOUSE, "postmaster@example.net",
	  "ok /var/mail/bob", NULL },
	{ "postmaster may have an extension", HOUSE,
	  "postmaster+x@example.org", "ok /var/mail/ann", NULL },
	{ "postmaster is a target, too",
	  "postmaster /p\nroot@b postmaster\n", "root@b", "ok /p", NULL },
	{ "the postmaster of another domain is not ours", HOUSE,
	  "postmaster@example.com", "not ours", NULL },
	{ "a map without postmaster says so", "a@b /m\n", "postmaster",
	  "no such user", "0: no postmaster in the map" },
	{ "for each domain", "a@b /m\n", "postmaster@b", "no such user",
	  "0: no postmaster in the map" },

	{ "who is not in it does not exist", HOUSE, "eve@example.org",
	  "no such user", NULL },
	{ "a domain that no key has is not ours", HOUSE, "ann@example.com",
	  "not ours", NULL },
	{ "nor is one that only a target has",
	  "a@b c@d\nc@e /c\n", "c@d", "not ours", NULL },
	{ "part of a key is no key", HOUSE, "nn@example.org", "no such user",
	  NULL },
	{ "nor is part of a domain", HOUSE, "ann@example", "not ours", NULL },
	{ "no address exists nowhere", HOUSE, "ann", "no such user", NULL },
	{ "an empty one neither", HOUSE, "", "no such user", NULL },
	{ "nor does one with other bytes", HOUSE, "ann\n@example.org",
	  "no such user", NULL },

	{ "a loop is trouble", "# loop\na@b c@b\nc@b x@b, a@b\nx@b /x\n",
	  "a@b", "trouble", "3: a loop: this target leads back to itself: "
	  "\"a@b\"" },
	{ "for who leads into it, too", "a@b b@b\nb@b b@b\n", "a@b",
	  "trouble", "2: a loop" },
	{ "one by way of an extension", "a@b a+x@b\n", "a@b", "trouble",
	  "1: a loop" },
	{ "one by way of the domain", "@b x@b\n", "a@b", "trouble",
	  "1: a loop" },
	{ "one by way of the postmaster", "a@b /m\npostmaster postmaster@b\n",
	  "postmaster", "trouble", "2: a loop" },
	{ "two ways to one address are no loop",
	  "a@b c@b, d@b\nc@b e@b\nd@b e@b\ne@b /e\n", "a@b", "ok /e", NULL },
	{ "a target that is not there is trouble, at its line",
	  "\n# who\na@b\n /m, # not c\n\n c@b\nd@b c@b\n", "d@b", "trouble",
	  "7: no line in the map is for the target: \"c@b\"" },
	{ "so is one that is not ours", "a@b c@example.com\n", "a@b",
	  "trouble", "1: no line in the map has the domain of the target" },
	{ "ten addresses may lead to each other",
	  "a@b a1@b\na1@b a2@b\na2@b a3@b\na3@b a4@b\na4@b a5@b\na5@b a6@b\n"
	  "a6@b a7@b\na7@b a8@b\na8@b a9@b\na9@b a10@b\na10@b /m\n", "a@b",
	  "ok /m", NULL },
	{ "eleven may not",
	  "a@b a1@b\na1@b a2@b\na2@b a3@b\na3@b a4@b\na4@b a5@b\na5@b a6@b\n"
	  "a6@b a7@b\na7@b a8@b\na8@b a9@b\na9@b a10@b\na10@b a11@b\n"
	  "a11@b /m\n", "a@b", "trouble",
	  "11: more than 10 addresses deep: this target: \"a11@b\"" },

	{ "a system user's Maildir is below his home",
	  "a@b ~ann/Maildir/\n", "a@b", "ok HOME/ann/Maildir", NULL },
	{ "his name may be written large", "a@b ~ANN//m\n", "a@b",
	  "ok HOME/ann/m", NULL },
	{ "he may have several, and others, too", "a@b ~ann/m, ~bob/m, "
	  "~ann/n, /m, ~ann/m/\n", "a@b",
	  "ok HOME/ann/m HOME/bob/m HOME/ann/n /m", NULL },
	{ "whom the map names may have any uid", "a@b ~mail/m, ~root/m\n",
	  "a@b", "ok HOME/mail/m HOME/root/m", NULL },
	{ "whom the host does not know is trouble, at its line",
	  "# x\na@b ~eve/m\n", "a@b", "trouble",
	  "2: the host has no user of this name: \"eve\"" },
	{ "a host that does not answer is trouble", "a@b /m, ~hang/m\n",
	  "a@b", "trouble", NULL },
	{ "~/ is the local part's", "@b ~/m/\n", "Ann@b", "ok HOME/ann/m",
	  NULL },
	{ "without its extension", "@b ~/m/\n", "ann+x@b", "ok HOME/ann/m",
	  NULL },
	{ "and quotes that it does not need", "@b ~/m/\n", "\"a\\nn\"@b",
	  "ok HOME/ann/m", NULL },
	{ "beside others", "@b /m, ~/m/, bob@c\n@c ~/m, ~ann//m\n", "ann@b",
	  "ok /m HOME/ann/m HOME/bob/m", NULL },
	{ "who is no user does not exist", USERS, "eve@b", "no such user",
	  NULL },
	{ "even beside others", "@b /m, ~/m/, /n\n", "eve@b", "no such user",
	  NULL },
	{ "nor who is below min-uid", USERS, "mail@b", "no such user", NULL },
	{ "nor root", USERS, "root@b", "no such user", NULL },
	{ "nor whose name cannot be one", USERS, "1001@b", "no such user",
	  NULL },
	{ "of whatever form", USERS, "\"ann/../bob\"@b", "no such user",
	  NULL },
	{ "a host that does not answer says nothing", USERS, "hang@b",
	  "trouble", NULL },
	{ "a target that is no user is trouble", USERS "x@c eve@b\n", "x@c",
	  "trouble", "3: no line in the map is for the target: \"eve\"" },
	{ "a user's own line comes first", "ann@b /m\n@b ~/m/\n", "ann@b",
	  "ok /m", NULL },
	{ "postmaster has his key where he is no user", USERS,
	  "postmaster@b", "ok HOME/ann/m", NULL },
	{ "and does not exist where he has none",
	  "@b ~/m/\n", "postmaster@b", "no such user",
	  "0: no postmaster in the map" },
	{ "a key postmaster that leads back is trouble",
	  "@b ~/m/\npostmaster postmaster@b\n", "postmaster@b", "trouble",
	  "2: no line in the map is for the target: \"postmaster\"" },

	{ "one of several rejected: all are, nobody gets half of them",
	  "a@b /m, r@b\nr@b reject No\n", "a@b", "reject No", NULL },
	{ "the first text counts",
	  "a@b r@b, s@b\nr@b reject R\ns@b reject S\n", "a@b", "reject R",
	  NULL },
	{ "later wins over reject",
	  "a@b r@b, l@b\nr@b reject No\nl@b later Wait\n", "a@b",
	  "later Wait", NULL },
	{ "in whichever order",
	  "a@b l@b, r@b\nr@b reject No\nl@b later Wait\n", "a@b",
	  "later Wait", NULL },
	{ "trouble wins over later",
	  "a@b l@b, x@b\nl@b later Wait\n", "a@b", "trouble",
	  "1: no line in the map" },
};

START_TEST(row)
{
	const struct row *r = &rows[_i];

	write_map(r->text);
	open_map();
	ck_assert_msg(said_only(NULL), "%s: told %s", r->title, said);
	const char *found = find(r->address);
	ck_assert_msg(strcmp(found, r->found) == 0, "%s: %s", r->title, found);
	ck_assert_msg(said_only(r->fault), "%s: told %s", r->title, said);
}
END_TEST

/* So many Maildirs, half of them by way of another address. */
static void
write_many(unsigned count)
{
	add_text("a@b b@b");
	for (unsigned i = 0; i < count / 2; i++)
		add_text(",\n\t/m/%u", i);
	add_text("\nb@b /m/x");
	for (unsigned i = count / 2; i < count - 1; i++)
		add_text(", /m/%u", i);
	add_text("\n");
	write_text();
}

START_TEST(the_host_is_asked_once_for_each_user_and_for_names_alone)
{
	write_map("@b ~/m, ~ann/n, ~bob/m, ~ann/o, ~/p\n");
	open_map();
	ck_assert_str_eq(find("ann@b"), "ok HOME/ann/m HOME/ann/n HOME/bob/m "
	    "HOME/ann/o HOME/ann/p");
	ck_assert_uint_eq(asked, 2);
	ck_assert_str_eq(find("\"../ann\"@b"), "no such user");
	ck_assert_str_eq(find("4711@b"), "no such user");
	ck_assert_str_eq(find("-ann@b"), "no such user");
	/* One who was found is not asked for again, for the whole mail. */
	ck_assert_uint_eq(asked, 2);
}
END_TEST

START_TEST(a_thousand_maildirs_are_the_most)
{
	write_many(MAX_MAILBOXES);
	open_map();
	ck_assert_int_eq(strncmp(find("a@b"), "ok ", 3), 0);
	write_many(MAX_MAILBOXES + 1);
	open_map();
	ck_assert_str_eq(find("a@b"), "too many");
	ck_assert(said_only(NULL));
}
END_TEST

/* 10 targets, each of which has 10, and so on to 10 to the 9th. */
START_TEST(an_avalanche_is_stopped)
{
	for (int i = 0; i < 9; i++) {
		add_text("a%d@b a%d@b", i, i + 1);
		for (int j = 1; j < 10; j++)
			add_text(", a%d+%d@b", i + 1, j);
		add_text("\n");
	}
	add_text("a9@b /m\n");
	write_text();
	open_map();
	ck_assert_str_eq(find("a0@b"), "trouble");
	ck_assert_msg(said_only("9: more than 10000 targets"), "%s", said);
}
END_TEST

/* With many keys some prefix has its slot beside that of its key. */
START_TEST(no_part_of_a_key_is_found)
{
	char address[64];

	for (int i = 0; i < 300; i++)
		add_text("user%d@d%d.example /m\n", i, i);
	write_text();
	open_map();
	for (int i = 0; i < 300; i++) {
		int len = snprintf(address, sizeof address,
		    "user%d@d%d.example", i, i);

		ck_assert_str_eq(find(address), "ok /m");
		while (--len > 0) {
			address[len] = '\0';
			ck_assert_msg(strncmp(find(address), "ok", 2) != 0,
			    "%s", address);
		}
	}
}
END_TEST

START_TEST(a_long_address_is_nobodys)
{
	char address[5000];

	write_map("@b /m\n");
	open_map();
	memset(address, 'a', sizeof address);
	for (size_t len = 300; len < sizeof address; len++) {
		snprintf(address + len, sizeof address - len, "@b");
		ck_assert_str_eq(find(address), len + 2 <= MAX_PATH - 2 ?
		    "ok /m" : "no such user");
		address[len] = 'a';
	}
}
END_TEST

START_TEST(other_delimiters)
{
	write_map("a@b /m\na-x@b /x\n");
	map.delimiters = "-_";
	open_map();
	ck_assert_str_eq(find("a_y@b"), "ok /m");
	ck_assert_str_eq(find("a-x@b"), "ok /x");
	ck_assert_str_eq(find("a+x@b"), "no such user");
	map.delimiters = "";
	ck_assert_str_eq(find("a_y@b"), "no such user");
}
END_TEST

void
add_find(TCase *tc)
{
	tcase_add_loop_test(tc, row, 0, countof(rows));
	tcase_add_test(tc,
	    the_host_is_asked_once_for_each_user_and_for_names_alone);
	tcase_add_test(tc, a_thousand_maildirs_are_the_most);
	tcase_add_test(tc, an_avalanche_is_stopped);
	tcase_add_test(tc, no_part_of_a_key_is_found);
	tcase_add_test(tc, a_long_address_is_nobodys);
	tcase_add_test(tc, other_delimiters);
}
