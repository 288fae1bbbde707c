/* test_head.c - Received: lines and the Message-ID. */

#include <string.h>

#include "../smtp-receive/head.h"
#include "../smtp-receive/span.h"
#include "suite.h"

#define SHORT	"0123456789abcdef"
#define LONG	SHORT SHORT SHORT SHORT
#define LONGER	LONG LONG LONG LONG

static const struct {
	const char *title, *text;
	unsigned received;
	const char *id;
} rows[] = {
	{ "an empty message", "", 0, "" },
	{ "names of any case", "RECEIVED: a\nreceived:b\nmessage-ID: <c>\n", 2,
	  "<c>" },
	{ "white space before the colon", "Received : a\nMessage-ID\t:<c>\n", 1,
	  "<c>" },
	{ "other names", "X-Received: a\nReceive: b\nReceivedd: c\n"
	  "Message-IDs: <d>\nMessage-I: <e>\n", 0, "" },
	{ "a line that continues is none of its own",
	  "Subject: a\n Received: b\n\tReceived: c\n", 0, "" },
	{ "folded", "Received: a\n b\nMessage-ID:\n <c@\n d>\n", 1, "<c@d>" },
	{ "behind the empty line all is text",
	  "Received: a\n\nReceived: b\nMessage-ID: <c>\n", 1, "" },
	{ "an empty line first", "\nReceived: b\n", 0, "" },
	{ "the first Message-ID counts",
	  "Message-ID: <a>\nMessage-ID: <b>\n", 0, "<a>" },
	{ "an empty one does not",
	  "Message-ID: \nMessage-ID: <b>\n", 0, "<b>" },
	{ "its octets are made printable",
	  "Message-ID: <\x01\xc3\xa9\x7f>\n", 0, "<\?\?\?\?>" },
	{ "of a long one the beginning",
	  "Message-ID: " LONGER "more\nReceived: a\n", 1, LONGER },
	{ "a name without a colon", "Received\nReceived\n: a\n", 0, "" },
	{ "a line without a colon, longer than any name",
	  LONGER "\nReceived: a\n", 1, "" },
};

/* In two pieces, split at every place. */
START_TEST(is_read_in_pieces_of_any_size)
{
	const unsigned char *text = (const unsigned char *)rows[_i].text;
	size_t len = strlen(rows[_i].text);

	for (size_t split = 0; split <= len; split++) {
		struct head h = { 0 };

		head_take(&h, text, split);
		head_take(&h, text + split, len - split);
		ck_assert_msg(h.received == rows[_i].received &&
		    h.id_len == strlen(rows[_i].id) &&
		    memcmp(h.id, rows[_i].id, h.id_len) == 0,
		    "%s, split at %zu: %u Received:, id %.*s", rows[_i].title,
		    split, h.received, (int)h.id_len, h.id);
	}
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("head");
	TCase *tc = tcase_create("head");

	tcase_add_loop_test(tc, is_read_in_pieces_of_any_size, 0,
	    countof(rows));
	suite_add_tcase(s, tc);
	return s;
}
