/* limits.c - every limit: at it, one below, one above.  Those of paths and
 * of messages stand with paths and messages. */

#include "parts.h"

#define ANN	"RCPT TO:<ann@example.org>\r\n"
#define EVE	"RCPT TO:<eve@example.org>\r\n"
#define FULL	"RCPT TO:<full@example.org>\r\n"
#define OLD	"RCPT TO:<old@example.org>\r\n"

static const struct dialogue dialogues[] = {
	/* A command line with CR LF: 2048 octets. */
	{ "a line of 2047 and one of 2048 octets",
	  "NOOP x{2040}\r\nNOOP x{2041}\r\nNOOP\r\n", "250 250 250" },
	{ "a line of 2049 octets",
	  "NOOP x{2042}\r\nNOOP\r\n", "500:5.5.2 250",
	  .trace = "note 500  \"NOOP x{251}\"\n" },
	{ "a line of 2049 octets that ends in LF alone is too long first",
	  "NOOP x{2043}\nNOOP\r\n", "500:5.5.2 250", .text = "Line too long" },
	{ "a line of 2048 octets that ends in LF alone is not",
	  "NOOP x{2042}\nNOOP\r\n", "500:5.5.2 250",
	  .text = "ended in LF alone" },
	{ "a line with its CR at 2048",
	  "NOOP x{2042}\r", "" },
	{ "the end of a line that is too long is no command",
	  "x{2048}QUIT\r\nx{4096}QUIT\r\nx{65536}QUIT\r\nx{300000}QUIT\r\n"
	  "NOOP\r\n", "500 500 500 500 250", .trace = "quit eof 5\n" },
	{ "a mail goes on after a line that was too long",
	  TO_ANN "RCPT TO:<x{3000}@example.org>\r\nDATA\r\nhi\r\n.\r\n",
	  "250 250 250 500:5.5.2 354 250", .stored = "hi\n" },
	{ "the address and the parameters fill a line",
	  EHLO "MAIL FROM:<a{305}@example.com> SIZE=0{1710}5\r\n", "250 250",
	  .trace = "mail 5 <a{305}@" },

	/* max-recipients. */
	{ "one below max-recipients", FROM "(" ANN "){2}DATA\r\nhi\r\n.\r\n",
	  "250 250 250 250 354 250", .stored = "hi\n", .max_recipients = 3 },
	{ "max-recipients", FROM "(" ANN "){3}DATA\r\nhi\r\n.\r\n",
	  "250 250 250 250 250 354 250", .stored = "hi\n",
	  .max_recipients = 3 },
	{ "one above max-recipients: refused for now, the others stay",
	  FROM "(" ANN "){4}DATA\r\nhi\r\n.\r\n",
	  "250 250 250 250 250 452:4.5.3 354 250", .stored = "hi\n",
	  .max_recipients = 3, .trace = "note 452 RCPT \"RCPT TO:" },
	{ "recipients that were refused do not count",
	  FROM EVE FULL ANN EVE ANN ANN ANN,
	  "250 250 550 452 250 550 250 250 452", .max_recipients = 3 },
	{ "the next mail has as many again",
	  FROM "(" ANN "){3}RSET\r\nMAIL FROM:<>\r\n(" ANN "){4}",
	  "250 250 (250 ){3}250 250 (250 ){3}452", .max_recipients = 3 },
	{ "the default is a hundred",
	  FROM "(" ANN "){101}", "250 250 (250 ){100}452" },
	{ "and a thousand the most", FROM "(" ANN "){1001}DATA\r\nhi\r\n.\r\n",
	  "250 250 (250 ){1000}452 354 250", .stored = "hi\n",
	  .max_recipients = 1000 },

	/* max-messages. */
	{ "EHLO tells the limits", EHLO, "250", .max_messages = 7,
	  .max_recipients = 1000,
	  .text = "250-LIMITS RCPTMAX=1000 MAILMAX=7\r\n" },
	{ "max-messages", EHLO "(" NEXT "){3}QUIT\r\n",
	  "250 " "(" NEXT_OK "){3} 221", .stored = "(next\n){3}",
	  .max_messages = 3 },
	{ "one above max-messages is 421, and the end",
	  EHLO "(" NEXT "){4}", "250 " "(" NEXT_OK "){3} 421:4.7.0",
	  .stored = "(next\n){3}", .max_messages = 3,
	  .text = "421 4.7.0 Too many mails in one connection; send the others "
	  "in another [" ID "]\r\n", .trace = "\nquit messages 11\n" },
	{ "mails that were dropped count, too",
	  EHLO "(MAIL FROM:<>\r\nRSET\r\n){3}" EHLO "MAIL FROM:<>\r\n",
	  "250 (250 250 ){3}250 421", .max_messages = 3 },
	{ "a MAIL that was refused does not",
	  EHLO "(MAIL FROM:<> X\r\n){5}(MAIL FROM:<>\r\n){5}RSET\r\n"
	  "MAIL FROM:<>\r\n", "250 (555 ){5}250 (503 ){4}250 250",
	  .max_messages = 2 },
	{ "the default is a thousand", EHLO "(MAIL FROM:<>\r\nRSET\r\n){1001}",
	  "250 (250 250 ){1000}421" },

	/* max-errors. */
	{ "19 wrong commands are answered",
	  "(EVIL\r\n){19}NOOP\r\n", "(500 ){19}250" },
	{ "20 wrong commands are answered",
	  "(EVIL\r\n){20}NOOP\r\n", "(500 ){20}250" },
	{ "the 21st wrong command is 421, and the end",
	  "(EVIL\r\n){20}NOOP\r\nEVIL\r\nNOOP\r\n",
	  "(500 ){20}250 421:4.7.0", .trace = "quit errors 22\n",
	  .text = "421 4.7.0 Too many wrong commands in one connection [" ID },
	{ "in a mail, too, which is dropped",
	  TO_ANN "(EVIL\r\n){21}", "250 250 250 (500 ){20}421",
	  .text = "one connection [" ID ".1]",
	  .calls = "helo mail rcpt note quit" },
	{ "500 to 503 and 555 count",
	  EHLO "(EVIL\r\nRSET x\r\nTURN\r\nDATA\r\nMAIL FROM:<> X\r\n){4}"
	  "NOOP x{3000}\r\n", "250 (500 501 502 503 555 ){4}421" },
	{ "lines with a bare LF or strange octets count",
	  "(NOOP\nNOOP \x80\r\n){10}\n", "(500 500 ){10}421" },
	{ "550, 552, 554 and 4xx do not",
	  EHLO "(MAIL FROM:<> SIZE=101\r\n){21}MAIL FROM:<>\r\n(" OLD "){21}"
	  "(DATA\r\n){21}(" FULL "){21}NOOP\r\n",
	  "250 (552 ){21}250 (550 ){21}(554 ){21}(452 ){21}250",
	  .max_size = 100 },
	{ "neither EHLO nor a mail forgives",
	  "(EVIL\r\n){20}" EHLO NEXT "EVIL\r\n", "(500 ){20}250" NEXT_OK " 421",
	  .stored = "next\n" },
	{ "a wrong command is logged, the last one twice: it and the end",
	  "(EVIL\r\n){20}LAST\r\n", "(500 ){20}421",
	  .trace = "note 500  \"LAST\"\nnote 421  \"LAST\"\nquit errors 21\n" },

	/* max-unknown. */
	{ "unknown recipients up to max-unknown are looked up",
	  FROM "(" EVE "){3}" ANN, "250 250 550 550 550 452:4.5.3",
	  .max_unknown = 3 },
	{ "one below it a known one is still accepted",
	  FROM "(" EVE "){2}" ANN "DATA\r\nhi\r\n.\r\n" NEXT,
	  "250 250 550 550 250 354 250" NEXT_OK, .stored = "hi\nnext\n",
	  .max_unknown = 3 },
	{ "beyond it none is looked up, the mail may be finished, and no next",
	  TO_ANN "(" EVE "){3}" EVE ANN "DATA\r\nhi\r\n.\r\nNOOP\r\n" NEXT,
	  "250 250 250 550 550 550 452:4.5.3 452:4.5.3 354 250 250 421:4.7.0",
	  .stored = "hi\n", .max_unknown = 3, .trace = "\nquit unknown 11\n",
	  .text = "421 4.7.0 Too many unknown recipients in one" },
	{ "relaying counts as unknown, a fault of syntax and 4xx do not",
	  FROM "RCPT TO:<ann@example.com>\r\nRCPT TO:<>\r\n" FULL OLD EVE ANN,
	  "250 250 550 501 452 550 550 452", .max_unknown = 2 },
	{ "the unknown of two mails add up",
	  FROM EVE EVE "RSET\r\nMAIL FROM:<>\r\n" EVE ANN "RSET\r\n" NEXT,
	  "250 250 550 550 250 250 550 452 250 421", .max_unknown = 3 },
	{ "the default is ten",
	  FROM "(" EVE "){11}", "250 250 (550 ){10}452" },

	/* DATA without a recipient: 5xx where all were refused for good. */
	{ "a recipient for later makes DATA later, too",
	  FROM FULL "DATA\r\n", "250 250 452 451:4.5.1" },
	{ "also beside an unknown one", FROM FULL EVE "DATA\r\n",
	  "250 250 452 550 451:4.5.1" },
	{ "in the mail in hand only", FROM FULL "RSET\r\nMAIL FROM:<>\r\n" EVE
	  "DATA\r\n", "250 250 452 250 250 550 554:5.5.1" },

	/* Commands without a stored mail: 5000. */
	{ "5000 commands are answered",
	  EHLO "(NOOP\r\n){4999}QUIT\r\n", "250 (250 ){4999}421:4.7.0",
	  .trace = "quit commands 5001\n",
	  .text = "421 4.7.0 Too many commands" },
	{ "a stored mail starts the count anew",
	  FROM "RCPT TO:<ann@example.org>\r\n(NOOP\r\n){4000}DATA\r\nhi\r\n"
	  ".\r\n(NOOP\r\n){4000}", "250 250 250 (250 ){4000}354 250 "
	  "(250 ){4000}", .stored = "hi\n" },

	/* All refusals: 2000. */
	{ "2000 refusals are answered",
	  FROM "(" FULL "){2000}NOOP\r\n", "250 250 (452 ){2000}250" },
	{ "the next is the end, with its own text",
	  FROM "(" OLD "){2000}" OLD "NOOP\r\n",
	  "250 250 (550 ){2000}421:4.7.0", .trace = "quit refused 2003\n",
	  .text = "421 4.7.0 Too many refusals" },
};

DIALOGUES(limit, dialogues)

void
add_limits(TCase *tc)
{
	tcase_add_loop_test(tc, limit, 0, countof(dialogues));
}
