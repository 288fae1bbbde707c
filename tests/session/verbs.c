/* verbs.c - every verb in every state: RFC 5321 section 4.1.4. */

#include "parts.h"

static const struct dialogue dialogues[] = {
	{ "the greeting is 220, and who says nothing leaves nothing",
	  "", "", .text = "220 " HOST " ESMTP\r\n", .calls = "quit",
	  .trace = "quit eof 0\n" },
	{ "EHLO lists what works, no more",
	  EHLO "QUIT\r\n", "250 221:2.0.0",
	  .text = "250-" HOST "\r\n250-PIPELINING\r\n250-8BITMIME\r\n"
	  "250-CHUNKING\r\n250-ENHANCEDSTATUSCODES\r\n"
	  "250-LIMITS RCPTMAX=100 MAILMAX=1000\r\n250 SIZE 52428800\r\n"
	  "221 ",
	  .calls = "helo quit", .trace = "helo 1 there\nquit quit 2\n" },
	{ "HELO hears one line",
	  "HELO there\r\n", "250", .text = "\r\n250 " HOST "\r\n",
	  .trace = "helo 0 there\n" },
	{ "EHLO and HELO take any name",
	  "EHLO _\r\nHELO [127.0.0.1]\r\nEHLO a\"b<c>\r\nHELO ..\r\n",
	  "250 250 250 250", .calls = "helo helo helo helo quit",
	  .trace = "helo 1 a\"b<c>\n" },
	{ "only the first word of EHLO's argument is the name",
	  "EHLO  one two\r\n", "250", .trace = "helo 1 one\n" },
	{ "a tab ends a word, too",
	  "EHLO\tone\ttwo\r\nMAIL\tFROM:<>\r\n", "250 250",
	  .trace = "helo 1 one\n" },
	{ "a name over 255 octets is cut, not refused",
	  "HELO x{256}\r\n", "250", .trace = "helo 0 x{255}\n" },
	{ "EHLO and HELO want a name",
	  "EHLO\r\nHELO \r\nMAIL FROM:<>\r\n", "501 501 503" },
	{ "verbs are of any case",
	  "eHlO there\r\nmail from:<>\r\nrcpt to:<ann@example.org>\r\n"
	  "data\r\nhi\r\n.\r\nquit\r\n", "250 250 250 354 250 221",
	  .stored = "hi\n" },
	{ "a whole mail",
	  TO_ANN "RCPT TO:<bob@example.org>\r\nDATA\r\nhi\r\n.\r\nQUIT\r\n",
	  "250 250:2.1.0 250:2.1.5 250:2.1.5 354 250:2.0.0 221:2.0.0",
	  .stored = "hi\n", .text = "250 2.0.0 Stored as " ID ".1\r\n",
	  .calls = "helo mail rcpt rcpt data commit quit",
	  .trace = "mail 0 <joe@example.com>\nrcpt <ann@example.org>\n"
	  "rcpt <bob@example.org>\n" },
	{ "the dialogue of the encyclopedia: HELO, a space after each colon",
	  "HELO there\r\nMAIL FROM: <joe@example.com>\r\n"
	  "RCPT TO: <ann@example.org>\r\nDATA\r\nSubject: x\r\n\r\nhi\r\n"
	  ".\r\nQUIT\r\n", "250 250 250 354 250 221",
	  .stored = "Subject: x\n\nhi\n" },
	{ "a second mail has a number of its own",
	  DATA "hi\r\n.\r\n" NEXT, "250 250 250 354 250" NEXT_OK,
	  .stored = "hi\nnext\n", .text = "Stored as " ID ".2\r\n" },

	/* Out of order: nothing before EHLO but what needs no name. */
	{ "before EHLO: no mail",
	  "MAIL FROM:<>\r\nRCPT TO:<ann@example.org>\r\nDATA\r\n",
	  "503:5.5.1 503:5.5.1 503:5.5.1", .calls = "note quit",
	  .text = "EHLO or HELO must come first [" ID "]" },
	{ "before EHLO: all else works, and RSET is no EHLO",
	  "RSET\r\nNOOP\r\nHELP\r\nVRFY ann\r\nEXPN x\r\nMAIL FROM:<>\r\n"
	  "QUIT\r\n", "250 250 214 252 502 503 221" },
	{ "before MAIL: RCPT and DATA are out of order",
	  EHLO "RCPT TO:<ann@example.org>\r\nDATA\r\nRSET\r\nNOOP\r\nHELP\r\n"
	  "VRFY ann\r\nEXPN x\r\nQUIT\r\n",
	  "250 503 503 250 250 214 252 502 221",
	  .text = "MAIL must come first" },
	{ "before RCPT: MAIL is out of order, DATA has no recipient",
	  FROM "MAIL FROM:<>\r\nDATA\r\nNOOP\r\nHELP\r\nVRFY ann\r\n"
	  "ETRN x\r\nQUIT\r\n",
	  "250 250 503:5.5.1 554:5.5.1 250 214 252 502 221",
	  .calls = "helo mail note quit" },
	{ "after RCPT: MAIL is out of order, all else works",
	  TO_ANN "MAIL FROM:<>\r\nNOOP\r\nHELP\r\nVRFY ann\r\nTURN\r\n"
	  "RCPT TO:<bob@example.org>\r\nDATA\r\nhi\r\n.\r\n",
	  "250 250 250 503 250 214 252 502 250 354 250", .stored = "hi\n",
	  .text = "in hand already; RSET drops it [" ID ".1]" },
	{ "after the dot: RCPT and DATA want MAIL again",
	  DATA "hi\r\n.\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n",
	  "250 250 250 354 250 503 503", .stored = "hi\n" },
	{ "the order is looked at before the argument",
	  "MAIL\r\nRCPT\r\nDATA now\r\n", "503 503 503" },

	/* What drops a mail. */
	{ "RSET drops the sender",
	  FROM "RSET\r\nRCPT TO:<ann@example.org>\r\n", "250 250 250 503",
	  .calls = "helo mail abort note quit" },
	{ "RSET drops the recipients",
	  TO_ANN "RSET\r\nMAIL FROM:<>\r\nDATA\r\n", "250 250 250 250 250 554",
	  .calls = "helo mail rcpt abort mail note quit" },
	{ "RSET without a mail drops nothing",
	  EHLO "RSET\r\nRSET\r\n" NEXT, "250 250 250" NEXT_OK,
	  .stored = "next\n", .calls = "helo mail rcpt data commit quit" },
	{ "EHLO drops the mail",
	  TO_ANN EHLO "DATA\r\n" NEXT, "250 250 250 250 503" NEXT_OK,
	  .stored = "next\n",
	  .calls = "helo mail rcpt abort helo note mail rcpt data commit "
	  "quit" },
	{ "HELO drops the mail",
	  FROM "HELO me\r\nRCPT TO:<ann@example.org>\r\n", "250 250 250 503",
	  .calls = "helo mail abort helo note quit" },
	{ "EHLO without a name drops nothing",
	  TO_ANN "EHLO\r\nDATA\r\nhi\r\n.\r\n", "250 250 250 501 354 250",
	  .stored = "hi\n" },
	{ "QUIT in a mail drops it, and ends all",
	  TO_ANN "QUIT\r\nNOOP\r\n", "250 250 250 221",
	  .calls = "helo mail rcpt quit", .trace = "quit quit 4\n" },

	/* Arguments. */
	{ "MAIL and RCPT want an argument, and say which",
	  EHLO "MAIL\r\nMAIL FROM:<>\r\nRCPT \r\n",
	  "250 501:5.5.4 250 501:5.5.4", .text = "Write MAIL FROM:<" },
	{ "DATA, RSET and QUIT take no argument",
	  TO_ANN "DATA now\r\nRSET now\r\nQUIT now\r\nDATA\r\nhi\r\n.\r\n",
	  "250 250 250 501:5.5.4 501:5.5.4 501:5.5.4 354 250",
	  .stored = "hi\n" },
	{ "a space at the end is no argument",
	  TO_ANN "DATA \r\nhi\r\n.\r\nRSET \t\r\nQUIT \r\n",
	  "250 250 250 354 250 250 221", .stored = "hi\n" },
	{ "NOOP and HELP may have an argument, VRFY must",
	  "NOOP x\r\nHELP x\r\nVRFY\r\nVRFY x\r\n",
	  "250 214 501:5.5.4 252:2.1.5" },

	/* What is not known. */
	{ "EXPN, ETRN and TURN are known, but not done",
	  "EXPN\r\nEXPN x\r\nETRN x\r\nTURN\r\n", "(502:5.5.1 ){4}" },
	{ "anything else is unknown",
	  "EHLOO x\r\nMAI\r\nMAILFROM:<>\r\nSTART\r\nBDATA 1\r\n"
	  "AUTH PLAIN\r\n\r\n EHLO x\r\n.\r\n", "(500:5.5.1 ){9}",
	  .trace = "note 500  \"EHLOO x\"\n" },
	{ "a note says the verb, and what was said",
	  "RCPT TO:<x>\r\n", "503",
	  .trace = "note 503 RCPT \"RCPT TO:<x>\"\n" },
	{ "octets that are not printable are refused, and shown as ?",
	  EHLO "NOOP \x01\r\nNOOP \x7f\r\nNOOP \xc3\xa9\r\n"
	  "MAIL FROM:<\xff@example.com>\r\n", "250 (500:5.5.2 ){4}",
	  .trace = "note 500  \"NOOP ??\"\n" },
	{ "a bare LF ends a line, but a wrong one",
	  "EHLO there\nNOOP\r\nQUIT\n\n", "500:5.5.2 250 500:5.5.2 500:5.5.2",
	  .text = "must end in CR LF, this one ended in LF alone" },
	{ "a bare CR ends no line",
	  "NOOP\rNOOP\r\nNOOP\r\r\nNOOP\r\n", "500:5.5.2 500:5.5.2 250" },
	{ "nothing behind QUIT is read as a command",
	  "QUIT\r\nEHLO x\r\nMAIL FROM:<>\r\n", "221", .calls = "quit" },
};

DIALOGUES(verb, dialogues)

void
add_verbs(TCase *tc)
{
	tcase_add_loop_test(tc, verb, 0, countof(dialogues));
}
