/* lines.c - lines that are wrong: each is told, and bounces no mail. */

#include <string.h>

#include "../suite.h"
#include "map.h"
#include "parts.h"

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A62 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A256 A64 A64 A64 A64
#define BLANK "a line that begins with white space continues the one before"
#define KEY "a line begins with local@domain, @domain or postmaster"
#define NONE "no target: a Maildir's path, an address, reject TEXT or later " \
	"TEXT must follow"
#define COMMA "a comma too many: a target must stand before and behind it"
#define WHITE "white space in a target: separate targets by commas; reject " \
	"and later stand alone"
#define TARGET "a target is local@domain, postmaster, or a Maildir's path " \
	"that begins with / or ~"
#define USERS "write ~USER/PATH with a system user's name and a path below " \
	"his home, such as ~ann/Maildir/"
#define HOMES "~/ is the home of the user whom the local part names: it can " \
	"stand in @domain lines only; write ~USER/PATH"
#define TEXT "the text behind reject or later is 1 to 256 printable ASCII " \
	"characters"

static const struct row {
	const char *title, *text;
	const char *fault;	/* how the only one begins; NULL: none */
} rows[] = {
	{ "an empty line is none", "\n\na@b /m\n\n", NULL },
	{ "nor is one of white space", " \t \na@b /m\n \n", NULL },
	{ "nor is one with a comment only", "  # who\na@b /m\n\t# what\n",
	  NULL },
	{ "a comment ends its line", "# who\na@b /m # where\n#\n", NULL },
	{ "a # without white space before it is none",
	  "a#b@b /m\nc@b /m#2\n", NULL },
	{ "a line is continued behind empty ones and comments",
	  "a@b\n # its targets\n\n\t/m\n", NULL },
	{ "reject with 256 octets", "a@b reject " A256 "\n", NULL },

	{ "nothing is continued at the top", " /m\n", "1: " BLANK },
	{ "nothing is continued behind a comment",
	  "a@b /m,\n /n\n# who\n /o\n", "4: " BLANK },

	{ "a key has an @", "ann /m\n", "1: " KEY ": \"ann\"" },
	{ "a key has a domain", "a@b /m\nann@ /m\n", "2: " KEY ": \"ann@\"" },
	{ "a key has one @", "a@b@c /m\n", "1: " KEY ": \"a@b@c\"" },
	{ "a key is no list", "a@b,c@d /m\n", "1: " KEY ": \"a@b,c@d\"" },
	{ "a key is no pattern", "*@b.* /m\n", "1: " KEY ": \"*@b.*\"" },
	{ "a key ends at white space", "\"a\"b@c /m\n", "1: " KEY },
	{ "a key's quotes end", "\"a@b /m\n", "1: " KEY ": \"\"a@b\"" },
	{ "a key is printable", "a\001@b /m\n", "1: " KEY ": \"a?@b\"" },
	{ "a key is ASCII", "\xc3\xa4@b /m\n", "1: " KEY ": \"??@b\"" },
	{ "@ alone is no key", "@ /m\n", "1: " KEY },
	{ "a key is an address, not a longer one",
	  A256 A64 "@b /m\n", "1: " KEY ": \"" A64 "\"..." },
	{ "a colon is not part of a key", "a@b: /m\n", "1: " KEY ": \"a@b:\"" },

	{ "a key wants a target", "a@b\n", "1: " NONE ": \"a@b\"" },
	{ "a comment is none", "a@b # who\n", "1: " NONE },
	{ "a target stands before a comma", "a@b , /m\n", "1: " COMMA },
	{ "and behind it", "a@b /m,\n", "1: " COMMA },
	{ "and between two", "a@b /m,, /n\n", "1: " COMMA },
	{ "commas separate targets", "a@b /m /n\n", "1: " WHITE ": \"/m /n\"" },
	{ "white space does not",
	  "a@b /m, c@b d@b, /n\n", "1: " WHITE ": \"c@b d@b\"" },
	{ "not even in front of a comma more", "a@b c@b ?, /n\n", "1: " WHITE },
	{ "reject stands alone", "a@b /m, reject No\n",
	  "1: " WHITE ": \"reject No\"" },
	{ "a path begins with a slash", "a@b var/mail/a\n",
	  "1: " TARGET ": \"var/mail/a\"" },
	{ "an address has a domain", "a@b ann\n", "1: " TARGET ": \"ann\"" },
	{ "@domain is for keys only", "a@b @c\n", "1: " TARGET ": \"@c\"" },
	{ "nothing stands behind an address", "a@b c@d:25\n",
	  "1: " TARGET ": \"c@d:25\"" },
	{ "no programs are run", "a@b |/bin/true\n", "1: " TARGET },
	{ "a system user has a name and a path",
	  "a@b ~ann/Maildir/, ~b.c-d/m/n, ~ANN/m,~_x//m\n", NULL },
	{ "a domain's users have a path", "@b ~/Maildir/, ~//m\n", NULL },
	{ "an address has no users", "a@b ~/Maildir/\n", "1: " HOMES
	  ": \"~/Maildir/\"" },
	{ "nor has postmaster", "postmaster ~/Maildir/\n", "1: " HOMES },
	{ "a home is no Maildir", "a@b ~ann\n", "1: " USERS ": \"~ann\"" },
	{ "not with a slash, either", "a@b ~ann/\n", "1: " USERS },
	{ "nor with more", "@b ~//\n", "1: " USERS },
	{ "nor alone", "@b ~\n", "1: " USERS },
	{ "a uid is no name", "a@b ~1000/m\n", "1: " USERS },
	{ "a name has few letters", "a@b ~a+n/m\n", "1: " USERS },
	{ "and 32 at most", "a@b ~a234567890123456789012345678901234/m\n",
	  "1: " USERS },
	{ "a path below a home has 1022 bytes",
	  "a@b ~ann/" A256 A256 A256 A64 A64 A64 A62 "/\n", NULL },
	{ "and no more, too",
	  "a@b ~ann/" A256 A256 A256 A64 A64 A64 A62 "a/\n", "1: " USERS },
	{ "a target has no control byte", "a@b /m\033x\n",
	  "1: a control byte in a target: take it out: \"/m?x\"" },
	{ "the root directory is no Maildir", "a@b //\n",
	  "1: the root directory is no Maildir: write more of the path" },
	{ "a path has 1023 bytes",
	  "a@b /" A256 A256 A256 A64 A64 A64 A62 "/\n", NULL },
	{ "and no more",
	  "a@b /" A256 A256 A256 A64 A64 A64 A62 "a/\n",
	  "1: a path too long: 1023 bytes are the limit: \"/" },
	{ "reject wants a text", "a@b reject\n", "1: " TEXT },
	{ "so does later", "a@b later # today\n", "1: " TEXT },
	{ "a text has 256 octets at most", "a@b later " A256 "a\n",
	  "1: " TEXT ": \"" A64 "\"..." },
	{ "a text is printable", "a@b later to\033morrow\n",
	  "1: " TEXT ": \"to?morrow\"" },
	{ "a text is ASCII", "a@b later \xc3\xa4\n", "1: " TEXT },

	{ "a key twice is a fault of the second line",
	  "a@b /m\n\"A\"@B\n\t/n\n",
	  "2: a line for this address stands above; join the two: \"a@b\"" },
	{ "so is a domain twice", "@b /m\nc@b /n\n@B /o\n",
	  "3: a line for this address stands above; join the two: \"@b\"" },
	{ "lines end in LF alone, which is told once",
	  "# map\r\na@b /m\r\nc@b /n\r\n", "1: line ends in CR LF; write LF "
	  "alone" },
	{ "a CR alone ends no line", "a@b /m\rc@b /n\n", "1: a control byte" },
	{ "not in a comment, either: it might hide a line",
	  "a@b /m\n# map\rc@b /n\n", "2: a control byte in a comment" },
};

START_TEST(row)
{
	const struct row *r = &rows[_i];

	write_map(r->text);
	open_map();
	ck_assert_msg(said_only(r->fault), "%s: told %s", r->title, said);
	ck_assert_msg(map.whole == (r->fault == NULL), "%s", r->title);
}
END_TEST

/* A good line beside one that is wrong; who is found then. */
static const struct broken {
	const char *title, *text, *address, *found;
} brokens[] = {
	{ "a good line works", "a@b /m\nnonsense\n", "a@b", "ok /m" },
	{ "so may a user whom the host does not have", "@b ~/m\nnonsense\n",
	  "eve@b", "broken" },
	{ "whom it has, is found", "@b ~/m\nnonsense\n", "ann@b",
	  "ok HOME/ann/m" },
	{ "an unknown user may be on the bad one", "a@b /m\nnonsense\n",
	  "c@b", "broken" },
	{ "an unknown domain, too", "a@b /m\nnonsense\n", "c@d", "broken" },
	{ "a postmaster, too, and nobody misses him",
	  "a@b /m\nnonsense\n", "postmaster", "broken" },
	{ "what is no address, too", "a@b /m\nnonsense\n", "@", "broken" },
	{ "a line with bad targets stands for its address",
	  "a@b /m,\n@b /all\n", "a@b", "broken" },
	{ "and for no other", "a@b /m,\n@b /all\n", "c@b", "ok /all" },
	{ "who has none is refused for good by no other line",
	  "nonsense\n@b reject No\n", "a@b", "broken" },
	{ "not by way of an extension", "nonsense\na@b reject No\n", "a+x@b",
	  "broken" },
	{ "who has one is", "nonsense\na@b reject No\n", "a@b", "reject No" },
	{ "an extension works", "a@b /m\nnonsense\n", "a+x@b", "ok /m" },
	{ "of two lines the first stays good", "a@b /m\na@b /n\n", "a@b",
	  "ok /m" },
	{ "a target that is missing may be on the bad one",
	  "a@b /m, c@b\nnonsense\n", "a@b", "broken" },
	{ "a bad target's address is not guessed",
	  "a@b c@b, /m\nc@b /n /o\n", "a@b", "broken" },
	{ "later wins not over broken", "a@b l@b, c@b\nl@b later Wait\n"
	  "nonsense\n", "a@b", "broken" },
	{ "with CR LF the lines work all the same", "a@b /m\r\n", "a@b",
	  "ok /m" },
	{ "but who has none is not refused for good", "a@b /m\r\n", "c@b",
	  "broken" },
};

START_TEST(broken)
{
	const struct broken *b = &brokens[_i];

	write_map(b->text);
	open_map();
	ck_assert_msg(!map.whole, "%s", b->title);
	said[0] = '\0';
	const char *found = find(b->address);
	ck_assert_msg(strcmp(found, b->found) == 0, "%s: %s", b->title, found);
	ck_assert_msg(said_only(NULL), "%s: told %s", b->title, said);
}
END_TEST

START_TEST(nul_is_a_control_byte)
{
	write_bytes("a@b /m\0x\n", 9);
	open_map();
	ck_assert(said_only("1: a control byte in a target"));
	ck_assert_str_eq(find("a@b"), "broken");
	said[0] = '\0';
	write_bytes("# \0\na@b /m\n", 11);
	open_map();
	ck_assert(said_only("1: a control byte in a comment"));
	said[0] = '\0';
	write_bytes("\0\0\0\0\n", 5);
	open_map();
	ck_assert(said_only("1: " KEY ": \"????\""));
}
END_TEST

START_TEST(after_twenty_faults_the_rest_is_counted)
{
	for (int i = 0; i < 1000; i++)
		add_text("nonsense\n");
	write_text();
	open_map();
	const char *last = strstr(said, "\n20: " KEY);
	ck_assert_ptr_nonnull(last);
	ck_assert_str_eq(strchr(last + 1, '\n'), "\n0: and 980 more faults\n");
}
END_TEST

void
add_lines(TCase *tc)
{
	tcase_add_loop_test(tc, row, 0, countof(rows));
	tcase_add_loop_test(tc, broken, 0, countof(brokens));
	tcase_add_test(tc, nul_is_a_control_byte);
	tcase_add_test(tc, after_twenty_faults_the_rest_is_counted);
}
