/* ends.c - how a connection ends, in every state, and how it may begin. */

#include "parts.h"

static const struct dialogue dialogues[] = {
	/* The client hangs up: nothing is stored, and nobody is blamed. */
	{ "hangs up at once", "", "", .calls = "quit",
	  .trace = "quit eof 0\n" },
	{ "hangs up after EHLO", EHLO, "250", .calls = "helo quit",
	  .trace = "quit eof 1\n" },
	{ "hangs up in a command", EHLO "QUI", "250",
	  .trace = "quit eof 1\n" },
	{ "hangs up behind a CR", EHLO "QUIT\r", "250", .calls = "helo quit" },
	{ "hangs up in a line that is too long", EHLO "x{70000}", "250" },
	{ "hangs up after MAIL", FROM, "250 250", .calls = "helo mail quit" },
	{ "hangs up after RCPT", TO_ANN, "250 250 250",
	  .calls = "helo mail rcpt quit" },
	{ "hangs up after DATA: 451 for whom may still listen", DATA,
	  "250 250 250 354 451:4.4.2", .calls = "helo mail rcpt data note quit",
	  .trace = "note 451 DATA \"\"\nquit eof 4\n" },
	{ "hangs up in the message", DATA "hi\r\nho",
	  "250 250 250 354 451:4.4.2" },
	{ "hangs up after full buffers", DATA "(0123456789abcde\r\n){9}",
	  "250 250 250 354 451",
	  .calls = "helo mail rcpt data body note quit" },
	{ "hangs up behind the dot", DATA "hi\r\n.", "250 250 250 354 451" },
	{ "hangs up behind the dot's CR", DATA "hi\r\n.\r",
	  "250 250 250 354 451", .text = "before the mail was stored; send" },
	{ "hangs up behind the end: it is stored", DATA "hi\r\n.\r\n",
	  "250 250 250 354 250", .stored = "hi\n",
	  .calls = "helo mail rcpt data commit quit" },
	{ "hangs up in a message that was refused", DATA "\n\n",
	  "250 250 250 354 451" },

	/* The client says no more: 421 4.4.2. */
	{ "silent from the start", "", "421:4.4.2", .still = true,
	  .trace = "note 421  \"\"\nquit timeout 0\n",
	  .text = "Nothing came for too long; connect again [" ID "]\r\n" },
	{ "silent after EHLO", EHLO, "250 421:4.4.2", .still = true,
	  .trace = "quit timeout 1\n" },
	{ "silent in a command", EHLO "QUIT\r", "250 421:4.4.2",
	  .still = true, .trace = "quit timeout 1\n" },
	{ "silent in a line that is too long", EHLO "x{70000}",
	  "250 421:4.4.2", .still = true },
	{ "silent after MAIL", FROM, "250 250 421:4.4.2", .still = true,
	  .calls = "helo mail note quit" },
	{ "silent after RCPT", TO_ANN, "250 250 250 421:4.4.2", .still = true,
	  .calls = "helo mail rcpt note quit" },
	{ "silent after DATA", DATA, "250 250 250 354 421:4.4.2",
	  .still = true, .text = "421 4.4.2 Nothing came for too long; connect "
	  "again [" ID ".1]\r\n", .trace = "note 421 DATA \"\"\n" },
	{ "silent in the message", DATA "(0123456789abcde\r\n){9}",
	  "250 250 250 354 421:4.4.2", .still = true,
	  .calls = "helo mail rcpt data body note quit" },
	{ "silent behind the dot", DATA "hi\r\n.", "250 250 250 354 421",
	  .still = true },
	{ "silent behind the dot's CR", DATA "hi\r\n.\r",
	  "250 250 250 354 421", .still = true },
	{ "silent behind the end: it is stored", DATA "hi\r\n.\r\n",
	  "250 250 250 354 250 421", .stored = "hi\n", .still = true,
	  .trace = "quit timeout 4\n" },
	{ "silent behind QUIT", "QUIT\r\n", "221", .still = true,
	  .trace = "quit quit 1\n" },

	/* It spoke before the greeting. */
	{ "an early talker hears 554, and 503 to all but QUIT",
	  "EHLO there\r\nHELO there\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\n"
	  "DATA\r\nRSET\r\nNOOP\r\nHELP\r\nVRFY x\r\nEXPN x\r\nEVIL\r\n"
	  "a\nEVIL\x80\r\nQUIT x\r\nx{2100}\r\n"
	  "QUIT\r\n", "554 (503:5.5.1 ){15}221:2.0.0", .early = true,
	  .calls = "note quit", .trace = "quit quit 16\n" },
	{ "an early talker's errors count", "(NOOP\r\n){21}",
	  "554 (503 ){20}421", .early = true, .trace = "quit errors 21\n" },
	{ "an early talker hangs up", "", "554", .early = true,
	  .text = "554 You spoke before the greeting" },
	{ "an early talker falls silent", "NOOP\r\n", "554 503 421",
	  .early = true, .still = true },
};

DIALOGUES(end, dialogues)

void
add_ends(TCase *tc)
{
	tcase_add_loop_test(tc, end, 0, countof(dialogues));
}
