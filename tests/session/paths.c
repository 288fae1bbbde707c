/* paths.c - the addresses of MAIL and RCPT: RFC 5321 section 4.1.2. */

#include "parts.h"

#define TO(path) FROM "RCPT TO:" path "\r\n"

static const struct dialogue dialogues[] = {
	{ "MAIL takes the null sender, for bounces",
	  EHLO "MAIL FROM:<>\r\n", "250 250", .trace = "mail 0 <>\n" },
	{ "a space after the colon is taken",
	  EHLO "MAIL FROM:  <joe@example.com>\r\n"
	  "RCPT TO: <ann@example.org>\r\n",
	  "250 250 250",
	  .trace = "<joe@example.com>\nrcpt <ann@example.org>\n" },
	{ "a space before the colon is not",
	  EHLO "MAIL FROM :<>\r\nMAIL FROM:<>\r\n"
	  "RCPT TO :<ann@example.org>\r\n",
	  "250 501:5.5.4 250 501:5.5.4" },
	{ "FROM: and TO: are of any case, and nothing else",
	  EHLO "MAIL TO:<>\r\nMAIL <>\r\nMAIL from:<>\r\n"
	  "RCPT FROM:<ann@example.org>\r\nRCPT tO:<ann@example.org>\r\n",
	  "250 501 501 250 501 250" },
	{ "an address without brackets is refused, and told how it is written",
	  EHLO "MAIL FROM:joe@example.com\r\nMAIL FROM:\r\nMAIL FROM:<>\r\n"
	  "RCPT TO:ann@example.org\r\nRCPT TO:\r\n",
	  "250 501:5.5.4 501:5.5.4 250 501:5.5.4 501:5.5.4",
	  .text = "Write RCPT TO:<user@example.org> [" ID ".1]" },
	{ "a malformed sender is 501 5.1.7",
	  EHLO "MAIL FROM:<joe\r\nMAIL FROM:<joe@>\r\nMAIL FROM:<@>\r\n"
	  "MAIL FROM:<a b@example.com>\r\nMAIL FROM:<a@b@c>\r\n"
	  "MAIL FROM:<a@example..com>\r\nMAIL FROM:<a@example.com>x\r\n",
	  "250 (501:5.1.7 ){7}", .calls = "helo note quit" },
	{ "a sender without a domain is 501 5.1.7",
	  EHLO "MAIL FROM:<joe>\r\nMAIL FROM:<postmaster>\r\n",
	  "250 501:5.1.7 501:5.1.7" },
	{ "a malformed recipient is 501 5.1.3, and no unknown one",
	  FROM "RCPT TO:<>\r\nRCPT TO:<ann>\r\nRCPT TO:<ann@\r\n"
	  "RCPT TO:<\"ann@example.org>\r\nRCPT TO:<ann@example.org>>\r\n"
	  "RCPT TO:<a<b@example.org>\r\nRCPT TO:<@example.org>\r\n",
	  "250 250 (501:5.1.3 ){7}", .calls = "helo mail note quit" },
	{ "an address needs no domain only where it is the postmaster's",
	  TO("<Postmaster>") "RCPT TO:<abuse>\r\nRCPT TO:<postmasters>\r\n",
	  "250 250 250 501:5.1.3 501:5.1.3", .trace = "rcpt <Postmaster>\n" },
	{ "quoted local parts, as they are given",
	  TO("<\"ann b\"@example.org>")
	  "RCPT TO:<\"a\\\"@\\\\>\"@example.org>\r\n"
	  "RCPT TO:<\"\"@example.org>\r\n", "250 250 250 250 250",
	  .trace = "rcpt <\"ann b\"@example.org>\n"
	  "rcpt <\"a\\\"@\\\\>\"@example.org>\n" },
	{ "no tab in a quoted local part: the house wants none",
	  TO("<\"a\tb\"@example.org>") "RCPT TO:<\"a\\\tb\"@example.org>\r\n"
	  "RSET\r\nMAIL FROM:<\"a\tb\"@example.org>\r\n",
	  "250 250 501:5.1.3 501:5.1.3 250 501:5.1.7" },
	{ "dots anywhere, and every atext",
	  TO("<.a..b.@example.org>")
	  "RCPT TO:<!#$%&'*+-/=?^_`{|}~@example.org>\r\n",
	  "250 250 250 250" },
	{ "address literals",
	  EHLO "MAIL FROM:<joe@[192.0.2.1]>\r\n"
	  "RCPT TO:<ann@[IPv6:2001:db8::1]>\r\n"
	  "RCPT TO:<ann@[]>\r\nRCPT TO:<ann@[1>\r\nRCPT TO:<ann@[a b]>\r\n",
	  "250 250 250 501 501 501",
	  .trace = "rcpt <ann@[IPv6:2001:db8::1]>\n" },
	{ "source routes are skipped",
	  EHLO "MAIL FROM:<@one.example,@two.example:joe@example.com>\r\n"
	  "RCPT TO:<@[192.0.2.1]:ann@example.org>\r\n", "250 250 250",
	  .trace = "mail 0 <joe@example.com>\nrcpt <ann@example.org>\n" },
	{ "broken source routes are not",
	  FROM "RCPT TO:<@one.example>\r\nRCPT TO:<@one.example,:a@b>\r\n"
	  "RCPT TO:<@one.example,two.example:a@b>\r\nRCPT TO:<@:a@b>\r\n",
	  "250 250 (501:5.1.3 ){4}" },
	{ "an underscore in a domain is taken, a dot at its end is not",
	  FROM "RCPT TO:<ann@_x.example.org>\r\nRCPT TO:<ann@example.org.>\r\n",
	  "250 250 250 501" },

	/* A path with its brackets: 320. */
	{ "a path of 319 and 320 octets",
	  EHLO "MAIL FROM:<a{305}@example.com>\r\n"
	  "RCPT TO:<a{306}@example.org>\r\n",
	  "250 250 250" },
	{ "a path of 321 octets",
	  EHLO "MAIL FROM:<a{307}@example.com>\r\nMAIL FROM:<>\r\n"
	  "RCPT TO:<a{307}@example.org>\r\n", "250 501:5.1.7 250 501:5.1.3" },
	{ "a source route counts, too",
	  EHLO "MAIL FROM:<@b:a{303}@example.com>\r\nRSET\r\n"
	  "MAIL FROM:<@b:a{304}@example.com>\r\n", "250 250 250 501:5.1.7" },
	{ "a domain of 254 and 255 octets",
	  EHLO "MAIL FROM:<a@b{254}>\r\nRCPT TO:<ann@b{255}>\r\n",
	  "250 250 250" },
	{ "a domain of 256 octets",
	  EHLO "MAIL FROM:<a@b{256}>\r\nMAIL FROM:<>\r\nRCPT TO:<a@b{256}>\r\n",
	  "250 501:5.1.7 250 501:5.1.3" },
	{ "a literal of 255 and 256 octets",
	  FROM "RCPT TO:<a@[b{253}]>\r\nRCPT TO:<a@[b{254}]>\r\n",
	  "250 250 250 501:5.1.3" },
	{ "no limit of its own on the local part",
	  TO("<a{300}@example.org>"), "250 250 250" },
};

DIALOGUES(path, dialogues)

void
add_paths(TCase *tc)
{
	tcase_add_loop_test(tc, path, 0, countof(dialogues));
}
