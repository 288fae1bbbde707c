/* chunks.c - the message in chunks, RFC 3030: what each brings, and what is
 * refused at it. */

#include <stdlib.h>
#include <string.h>

#include "heard.h"
#include "parts.h"

#define OK	"250 250 250 "
#define MAIL	"MAIL FROM:<>\r\nRCPT TO:<bob@example.org>\r\n"
#define LINES	"(0123456789abcde\r\n){9}"		/* 153 octets */

static const struct dialogue dialogues[] = {
	{ "one chunk",
	  TO_ANN "BDAT 4 LAST\r\nhi\r\n" "QUIT\r\n", OK "250:2.0.0 221",
	  .stored = "hi\n", .text = "250 2.0.0 Stored as " ID ".1\r\n",
	  .calls = "helo mail rcpt data commit quit" },
	{ "several chunks",
	  TO_ANN "BDAT 3\r\nhi\rBDAT 2\r\n\nhBDAT 3 LAST\r\no\r\n",
	  OK "250:2.0.0 250 250", .stored = "hi\nho\n",
	  .text = "250 2.0.0 Chunk taken\r\n",
	  .calls = "helo mail rcpt data commit quit" },
	{ "of any case, with several spaces and tabs, with zeros before",
	  TO_ANN "bdat  0{40}2\r\nhiBdat\t1  lAsT \r\n!", OK "250 250",
	  .stored = "hi!" },
	{ "an empty message",
	  TO_ANN "BDAT 0 LAST\r\n", OK "250", .stored = "",
	  .text = "Stored as", .calls = "helo mail rcpt data commit quit" },
	{ "empty chunks",
	  TO_ANN "BDAT 0\r\nBDAT 4\r\nhi\r\nBDAT 0\r\nBDAT 0 LAST\r\n",
	  OK "250:2.0.0 250 250 250", .stored = "hi\n",
	  .text = "250 2.0.0 Empty chunk taken\r\n" },
	{ "many full buffers",
	  TO_ANN "BDAT 17000 LAST\r\n(0123456789abcde\r\n){1000}", OK "250",
	  .stored = "(0123456789abcde\n){1000}",
	  .calls = "helo mail rcpt data body commit quit" },
	{ "and many chunks",
	  TO_ANN "(BDAT 17\r\n0123456789abcde\r\n){1000}BDAT 0 LAST\r\n",
	  OK "(250 ){1000}250", .stored = "(0123456789abcde\n){1000}" },
	{ "the last line is stored as it came, without an end",
	  TO_ANN "BDAT 6 LAST\r\nhi\r\nho", OK "250", .stored = "hi\nho" },
	{ "LF alone is a line end, as CR LF is",
	  TO_ANN "BDAT 7 LAST\r\nhi\nho\r\n" MAIL "BDAT 1 LAST\r\n\n",
	  OK "250 250 250 250", .stored = "hi\nho\n\n" },
	{ "a bare CR is data, at the end of a chunk and of the last, too",
	  TO_ANN "BDAT 3\r\n\rh\rBDAT 3\r\ni\r\rBDAT 2 LAST\r\n\n\r",
	  OK "250 250 250", .stored = "\rh\ri\r\n\r" },
	{ "a CR waits over empty chunks",
	  TO_ANN "BDAT 1\r\n\rBDAT 0\r\nBDAT 1\r\n\nBDAT 1\r\n\r"
	  "BDAT 0 LAST\r\n", OK "250 250 250 250 250", .stored = "\n\r" },
	{ "a CR that ends the message and fills the buffer",
	  TO_ANN "BDAT 17 LAST\r\nx{16}\r", OK "250", .stored = "x{16}\r",
	  .calls = "helo mail rcpt data body commit quit" },
	{ "no dot is special, and no end of DATA's an end",
	  TO_ANN "BDAT 23 LAST\r\n.\r\n..\r\n\r\n.\r\n.\n.\r.x\r\n..."
	  "QUIT\r\n", OK "250 221", .stored = ".\n..\n\n.\n.\n.\r.x\n..." },
	{ "octets of all kinds",
	  TO_ANN "BDAT 7 LAST\r\n\x01\x7f\x80\xff\t \n", OK "250",
	  .stored = "\x01\x7f\x80\xff\t \n" },
	{ "commands in a chunk are text",
	  TO_ANN "BDAT 18 LAST\r\nQUIT\r\nBDAT 5\r\nhi\r\n" "NOOP\r\n",
	  OK "250 250", .stored = "QUIT\nBDAT 5\nhi\n" },
	{ "the next mail may come by DATA, and one after that by BDAT",
	  TO_ANN "BDAT 4 LAST\r\nhi\r\n" NEXT MAIL "BDAT 2 LAST\r\nho",
	  OK "250" NEXT_OK " 250 250 250", .stored = "hi\nnext\nho",
	  .text = "Stored as " ID ".3\r\n" },
	{ "nothing of one mail's chunks is left for the next",
	  TO_ANN "BDAT 3\r\nhi\rRSET\r\n" MAIL "BDAT 2 LAST\r\n\nx",
	  OK "250 250 250 250 250", .stored = "\nx" },
	{ "the Message-ID is handed over, across chunks",
	  TO_ANN "BDAT 9\r\nMessage-IBDAT 9\r\nD: <a@b>\nBDAT 0 LAST\r\n",
	  OK "250 250 250", .stored = "Message-ID: <a@b>\n",
	  .trace = "commit <<a@b>>\n" },
	{ "after HELO as well",
	  "HELO me\r\n" MAIL "BDAT 2 LAST\r\nhi", OK "250", .stored = "hi" },

	/* Between chunks. */
	{ "MAIL, RCPT and DATA are out of order",
	  TO_ANN "BDAT 2\r\nhiMAIL FROM:<>\r\nRCPT TO:<bob@example.org>\r\n"
	  "DATA\r\nBDAT 1 LAST\r\n!",
	  OK "250 503:5.5.1 503:5.5.1 503:5.5.1 250", .stored = "hi!",
	  .text = "503 5.5.1 A mail is in hand already; RSET drops it [" ID
	  ".1]", .calls = "helo mail rcpt data note commit quit" },
	{ "all else works",
	  TO_ANN "BDAT 2\r\nhiNOOP\r\nHELP\r\nVRFY x\r\nEXPN x\r\nEVIL\r\n"
	  "BDAT 1 LAST\r\n!", OK "250 250 214 252 502 500 250",
	  .stored = "hi!" },
	{ "RSET drops the mail",
	  TO_ANN "BDAT 2\r\nhiRSET\r\nBDAT 2 LAST\r\nho" NEXT,
	  OK "250 250 503" NEXT_OK, .stored = "next\n",
	  .calls = "helo mail rcpt data abort note mail rcpt data commit "
	  "quit" },
	{ "EHLO drops it, too",
	  TO_ANN "BDAT 2\r\nhi" EHLO "BDAT 0 LAST\r\n" NEXT,
	  OK "250 250 503" NEXT_OK, .stored = "next\n" },
	{ "and HELO",
	  TO_ANN "BDAT 2\r\nhiHELO me\r\nBDAT 0 LAST\r\n" NEXT,
	  OK "250 250 503" NEXT_OK, .stored = "next\n",
	  .calls = "helo mail rcpt data abort helo note mail rcpt data commit "
	  "quit" },
	{ "QUIT ends it",
	  TO_ANN "BDAT 2\r\nhiQUIT\r\n", OK "250 221",
	  .calls = "helo mail rcpt data quit" },
	{ "behind DATA it is text",
	  DATA "BDAT 2 LAST\r\nhi\r\n.\r\n", OK "354 250",
	  .stored = "BDAT 2 LAST\nhi\n" },
	{ "after the dot it wants MAIL",
	  DATA "hi\r\n.\r\nBDAT 6 LAST\r\nNOOP\r\n" "NOOP\r\n",
	  OK "354 250 503 250", .stored = "hi\n" },

	/* Refused, and the octets are eaten all the same. */
	{ "before EHLO",
	  "BDAT 6\r\nQUIT\r\n" "BDAT 6 LAST\r\nQUIT\r\n" "NOOP\r\n",
	  "503:5.5.1 503:5.5.1 250", .text = "EHLO or HELO must come first [",
	  .trace = "note 503 BDAT \"BDAT 6\"\nnote 503 BDAT \"BDAT 6 LAST\"\n"
	  "quit eof 3\n" },
	{ "before MAIL",
	  EHLO "BDAT 6 LAST\r\nQUIT\r\n" NEXT, "250 503:5.5.1" NEXT_OK,
	  .stored = "next\n", .text = "MAIL must come first [" },
	{ "before RCPT",
	  FROM "BDAT 6 LAST\r\nQUIT\r\n" "NOOP\r\n", "250 250 554:5.5.1 250" },
	{ "where all recipients were refused",
	  FROM "RCPT TO:<eve@example.org>\r\nBDAT 6 LAST\r\n"
	  "QUIT\r\n" "NOOP\r\n", "250 250 550 554:5.5.1 250" },
	{ "or one for now",
	  FROM "RCPT TO:<full@example.org>\r\nBDAT 6\r\nQUIT\r\n"
	  "BDAT 0 LAST\r\nNOOP\r\n", "250 250 452 451:4.5.1 451:4.5.1 250" },
	{ "far more than the buffer holds, and then a mail",
	  EHLO "BDAT 200000\r\n(QUIT\r\n.\r\nx){20000}" NEXT, "250 503" NEXT_OK,
	  .stored = "next\n" },
	{ "in a line that ends in LF alone",
	  TO_ANN "BDAT 6 LAST\nQUIT\r\n" "NOOP\r\n", OK "500:5.5.2 250" },
	{ "in a line that is too long",
	  TO_ANN "BDAT 6 {3000}LAST\r\nQUIT\r\n" "NOOP\r\n",
	  OK "500:5.5.2 250" },
	{ "by who spoke before the greeting",
	  "BDAT 6\r\nQUIT\r\n" "QUIT\r\n", "554 503 221", .early = true },

	/* Without a size, the octets cannot be told from commands. */
#define BAD(title, line) \
	{ title, TO_ANN line "\r\nNOOP\r\n", OK "501:5.5.4", \
	  .trace = "note 501 BDAT \"" line "\"\nquit chunk 4\n", \
	  .calls = "helo mail rcpt note quit" }
	BAD("no size", "BDAT"),
	BAD("no size, but LAST", "BDAT LAST"),
	BAD("a size with a sign", "BDAT -1"),
	BAD("or a plus", "BDAT +1 LAST"),
	BAD("no number", "BDAT x"),
	BAD("a number and more", "BDAT 4x"),
	BAD("in hexadecimal", "BDAT 0x4"),
	BAD("with a comma", "BDAT 4,000"),
	BAD("another word than LAST", "BDAT 4 FIRST"),
	BAD("LAST and more", "BDAT 4 LAST LAST"),
	BAD("a number and LAST in one", "BDAT 4LAST"),
	BAD("two numbers", "BDAT 4 4"),
	BAD("a size of more than 64 bits", "BDAT 18446744073709551616"),
	{ "and of far more", TO_ANN "BDAT 9{300} LAST\r\nNOOP\r\n",
	  OK "501:5.5.4", .text = "501 5.5.4 Write BDAT 1000 or BDAT 1000 LAST;"
	  " without the size it cannot be known where the next command starts "
	  "[" ID ".1]\r\n" },
	{ "no size between chunks", TO_ANN "BDAT 2\r\nhiBDAT\r\nNOOP\r\n",
	  OK "250 501", .calls = "helo mail rcpt data note quit",
	  .trace = "quit chunk 5\n" },
	{ "nor where it is out of order anyway", "BDAT x\r\nNOOP\r\n",
	  "501:5.5.4", .trace = "note 501 BDAT \"BDAT x\"\nquit chunk 1\n" },
	{ "nor with strange octets", TO_ANN "BDAT 4\x80\r\nNOOP\r\n",
	  OK "501:5.5.4" },
	{ "nor in a line with LF alone", TO_ANN "BDAT x\nNOOP\r\n",
	  OK "501:5.5.4" },
	{ "nor in a line that is too long", TO_ANN "BDAT 4 x{3000}\r\nNOOP\r\n",
	  OK "501:5.5.4" },
	{ "nor before the greeting", "BDAT x\r\nNOOP\r\n", "554 501",
	  .early = true },
	{ "BDATA is no BDAT", "BDATA 4\r\nNOOP\r\n", "500 250" },

	/* Size: as RFC 1870 counts it. */
	{ "one octet below the limit", TO_ANN "BDAT 99 LAST\r\nx{99}",
	  OK "250", .stored = "x{99}", .max_size = 100 },
	{ "at the limit", TO_ANN "BDAT 100 LAST\r\nx{98}\r\n", OK "250",
	  .stored = "x{98}\n", .max_size = 100 },
	{ "at the limit, in chunks, an empty one behind it",
	  TO_ANN "BDAT 99\r\nx{98}\rBDAT 1\r\n\nBDAT 0 LAST\r\n",
	  OK "250 250 250", .stored = "x{98}\n", .max_size = 100 },
	{ "one octet above it: refused at once, and eaten",
	  TO_ANN "BDAT 101 LAST\r\nx{101}" NEXT, OK "552:5.3.4" NEXT_OK,
	  .stored = "next\n", .max_size = 100, .text = "[" ID ".1]",
	  .trace = "note 552 BDAT \"BDAT 101 LAST\"\nabort\n",
	  .calls = "helo mail rcpt note abort mail rcpt data commit quit" },
	{ "one octet above it, in chunks: the mail is over",
	  TO_ANN "BDAT 99\r\nx{98}\rBDAT 2\r\n\nxBDAT 6\r\nQUIT\r\n"
	  "BDAT 6 LAST\r\nQUIT\r\n" NEXT,
	  OK "250 552:5.3.4 503 503" NEXT_OK, .stored = "next\n",
	  .max_size = 100, .text = "503 5.5.1 MAIL must come first [" ID "]",
	  .trace = "note 552 BDAT \"BDAT 2\"\nabort\n" },
	{ "an empty LAST behind it is out of order, too",
	  TO_ANN "BDAT 101\r\nx{101}BDAT 0 LAST\r\n", OK "552 503",
	  .max_size = 100 },
	{ "the largest that fits into 64 bits: no end is seen",
	  TO_ANN "BDAT 100\r\nx{100}BDAT 18446744073709551614\r\nQUIT\r\n",
	  OK "250 451", .max_size = 100, .text = "closed before" },
	{ "LF alone counts two, as CR LF does",
	  TO_ANN "BDAT 50 LAST\r\n\n{50}" MAIL "BDAT 51 LAST\r\n\n{51}" NEXT,
	  OK "250 250 250 552:5.3.4" NEXT_OK, .stored = "\n{50}next\n",
	  .max_size = 100 },
	{ "between chunks as well",
	  TO_ANN "BDAT 40\r\n\n{40}BDAT 20\r\nx{20}BDAT 1\r\nxBDAT 0 LAST\r\n",
	  OK "250 250 552 503", .max_size = 100 },
	{ "a bare CR counts one",
	  TO_ANN "BDAT 100 LAST\r\n\r{100}", OK "250", .stored = "\r{100}",
	  .max_size = 100 },
	{ "each mail has the whole limit",
	  TO_ANN "BDAT 100\r\nx{100}RSET\r\n" MAIL "BDAT 100\r\ny{100}"
	  "BDAT 0 LAST\r\n", OK "250 250 250 250 250 250",
	  .stored = "y{100}", .max_size = 100 },
	{ "SIZE above the limit: no MAIL, no chunk",
	  EHLO "MAIL FROM:<> SIZE=101\r\nRCPT TO:<ann@example.org>\r\n"
	  "BDAT 4 LAST\r\nhi\r\n", "250 552 503 503", .max_size = 100 },

	/* Loops. */
	{ "99 Received: lines", TO_ANN "BDAT 1190 LAST\r\n"
	  "(Received: x\n){99}\r\n", OK "250", .stored =
	  "(Received: x\n){99}\n" },
	{ "a hundred are a loop, in the chunk that brings it",
	  TO_ANN "BDAT 1188\r\n(Received: x\n){99}BDAT 12\r\nReceived: y\n"
	  "BDAT 6\r\nQUIT\r\n" "BDAT 0 LAST\r\n" NEXT,
	  OK "250 554:5.4.6 503 503" NEXT_OK, .stored = "next\n",
	  .trace = "note 554 BDAT \"\"\nabort\n" },
	{ "in the last, too", TO_ANN "BDAT 1200 LAST\r\n(Received: x\n){100}",
	  OK "554:5.4.6" },
	{ "too big before a loop", TO_ANN "BDAT 1200 LAST\r\n"
	  "(Received: x\n){100}", OK "552:5.3.4", .max_size = 1200 },

	/* The house. */
	{ "no room in a chunk: it hears so, and the mail is over",
	  TO_ANN "BDAT 10\r\n0123456789BDAT 153\r\n" LINES
	  "BDAT 6\r\nQUIT\r\n" "BDAT 6 LAST\r\nQUIT\r\n" NEXT,
	  OK "250 452:4.3.1 503 503" NEXT_OK, .body = reply_no_room,
	  .stored = "next\n", .text = "[" ID ".1]\r\n503",
	  .calls = "helo mail rcpt data body abort note mail rcpt data commit "
	  "quit" },
	{ "in the last chunk", TO_ANN "BDAT 153 LAST\r\n" LINES NEXT,
	  OK "452:4.3.1" NEXT_OK, .body = reply_no_room, .stored = "next\n" },
	{ "at the CR behind the last", TO_ANN "BDAT 17 LAST\r\nx{16}\r",
	  OK "452", .body = reply_no_room },
	{ "with the house's own words", TO_ANN "BDAT 153\r\n" LINES,
	  OK "450:4.2.1", .body = reply_later_said,
	  .text = "450 4.2.1 Body later [" ID ".1]" },
	{ "too big before ours", TO_ANN "BDAT 153 LAST\r\n" "\n{153}",
	  OK "552", .max_size = 160, .body = reply_trouble },
	{ "the house could not store it: the connection goes on",
	  TO_ANN "BDAT 2 LAST\r\nhiBDAT 6\r\nQUIT\r\n" "NOOP\r\n",
	  OK "451:4.3.0 503 250", .commit = reply_trouble,
	  .calls = "helo mail rcpt data commit note quit" },

	/* Who is gone or still in a chunk: nothing is stored. */
	{ "hangs up in a chunk", TO_ANN "BDAT 4\r\nhi", OK "451:4.4.2",
	  .calls = "helo mail rcpt data note quit",
	  .trace = "note 451 BDAT \"\"\nquit eof 4\n" },
	{ "hangs up one octet before the end", TO_ANN "BDAT 4 LAST\r\nhi\r",
	  OK "451:4.4.2", .text = "before the mail was stored; send it again" },
	{ "hangs up behind the command", TO_ANN "BDAT 4 LAST\r\n", OK "451" },
	{ "hangs up between chunks", TO_ANN "BDAT 4\r\nhi\r\n", OK "250",
	  .calls = "helo mail rcpt data quit", .trace = "quit eof 4\n" },
	{ "hangs up after full buffers", TO_ANN "BDAT 154\r\n" LINES, OK "451",
	  .calls = "helo mail rcpt data body note quit" },
	{ "hangs up behind the last: it is stored",
	  TO_ANN "BDAT 4 LAST\r\nhi\r\n", OK "250", .stored = "hi\n",
	  .trace = "quit eof 4\n" },
	{ "hangs up in a chunk that is eaten", EHLO "BDAT 4\r\nhi",
	  "250 451", .trace = "note 503 BDAT \"BDAT 4\"\n"
	  "note 451 BDAT \"\"\nquit eof 2\n" },
	{ "silent in a chunk", TO_ANN "BDAT 4\r\nhi", OK "421:4.4.2",
	  .still = true, .calls = "helo mail rcpt data note quit",
	  .trace = "note 421 BDAT \"\"\nquit timeout 4\n" },
	{ "silent between chunks", TO_ANN "BDAT 2\r\nhi", OK "250 421:4.4.2",
	  .still = true, .calls = "helo mail rcpt data note quit" },
	{ "silent in a chunk that is eaten", EHLO "BDAT 4\r\nhi",
	  "250 421:4.4.2", .still = true, .trace = "quit timeout 2\n" },

	/* Limits that count commands. */
	{ "a large mail may have more chunks than commands are answered",
	  TO_ANN "(BDAT 1\r\nx){6000}BDAT 0 LAST\r\n", OK "(250 ){6000}250",
	  .stored = "x{6000}" },
	{ "empty chunks are such commands",
	  TO_ANN "(BDAT 0\r\n){4998}BDAT 0 LAST\r\n",
	  OK "(250 ){4997}421:4.7.0", .trace = "quit commands 5001\n",
	  .calls = "helo mail rcpt data note quit" },
	{ "errors in order count",
	  EHLO "(BDAT 1\r\nx){21}", "250 (503 ){20}421",
	  .trace = "note 503 BDAT \"BDAT 1\"\nnote 421 BDAT \"\"\n"
	  "quit errors 22\n" },
};

DIALOGUES(chunk, dialogues)

/* One packet with several chunks is answered in one write, but for what was
 * stored. */
START_TEST(replies_to_chunks_wait_for_the_read)
{
	static const char says[] = TO_ANN "BDAT 2\r\nhiBDAT 0\r\nBDAT 2\r\nho"
	    "BDAT 0 LAST\r\nNOOP\r\n";
	struct talk *t = talk_new((struct span){ says, sizeof says - 1 });

	ck_assert_ptr_null(talk_run(t));
	ck_assert_uint_eq(t->writes, 3);
	t->first = sizeof says - 1 - strlen("BDAT 0 LAST\r\nNOOP\r\n");
	ck_assert_ptr_null(talk_run(t));
	ck_assert_uint_eq(t->writes, 4);
	free(t);
}
END_TEST

/* The house looks at the connection only where nothing waits. */
START_TEST(the_last_chunk_knows_whether_more_waits)
{
	static const char says[] = TO_ANN "BDAT 2 LAST\r\nhiQUIT\r\n";
	struct talk *t = talk_new((struct span){ says, sizeof says - 1 });

	ck_assert_ptr_null(talk_run(t));
	ck_assert(t->fake.more);
	t->first = t->says.len - strlen("QUIT\r\n");
	ck_assert_ptr_null(talk_run(t));
	ck_assert(!t->fake.more);
	free(t);
}
END_TEST

/* NUL is text, CR LF or not. */
START_TEST(nul_is_text)
{
	static const char says[] = TO_ANN "BDAT 6 LAST\r\na\0\r\n\0b";
	struct talk *t = talk_new((struct span){ says, sizeof says - 1 });

	for (t->step = 1; t->step < sizeof says; t->step++) {
		ck_assert_ptr_null(talk_run(t));
		ck_assert_uint_eq(t->fake.stored_len, 5);
		ck_assert_mem_eq(t->fake.stored, "a\0\n\0b", 5);
	}
	free(t);
}
END_TEST

void
add_chunks(TCase *tc)
{
	tcase_add_loop_test(tc, chunk, 0, countof(dialogues));
	tcase_add_test(tc, replies_to_chunks_wait_for_the_read);
	tcase_add_test(tc, the_last_chunk_knows_whether_more_waits);
	tcase_add_test(tc, nul_is_text);
}
