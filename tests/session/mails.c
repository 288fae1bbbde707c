/* mails.c - parameters, and what the house answers to RCPT. */

#include "parts.h"

#define MAIL(params) EHLO "MAIL FROM:<joe@example.com>" params "\r\n"
#define RCPT(local) "RCPT TO:<" local "@example.org>\r\n"

static const struct dialogue dialogues[] = {
	/* SIZE, RFC 1870. */
	{ "SIZE is told to the house",
	  MAIL(" SIZE=123"), "250 250",
	  .trace = "mail 123 <joe@example.com>\n" },
	{ "SIZE one below the limit", MAIL(" SIZE=999"), "250 250",
	  .max_size = 1000 },
	{ "SIZE at the limit", MAIL(" SIZE=1000"), "250 250",
	  .max_size = 1000 },
	{ "SIZE one above the limit: refused before the message comes",
	  MAIL(" SIZE=1001"), "250 552:5.3.4", .max_size = 1000,
	  .calls = "helo note quit" },
	{ "SIZE of any number of digits",
	  MAIL(" SIZE=18446744073709551616") "MAIL FROM:<> SIZE=9{300}\r\n"
	  "MAIL FROM:<> SIZE=0{300}7\r\n", "250 552:5.3.4 552:5.3.4 250",
	  .trace = "mail 7 <>\n" },
	{ "SIZE that is no number",
	  MAIL(" SIZE=1x") "MAIL FROM:<> SIZE=-1\r\nMAIL FROM:<> SIZE=\r\n"
	  "MAIL FROM:<> SIZE\r\nMAIL FROM:<> SIZE=+1\r\n",
	  "250 (501:5.5.4 ){5}" },
	{ "SIZE twice", MAIL(" SIZE=1 SIZE=1"), "250 501:5.5.4" },

	/* The others. */
	{ "BODY=7BIT and 8BITMIME, of any case",
	  MAIL(" BODY=7BIT") "RSET\r\nMAIL FROM:<> body=8bitMime\r\n",
	  "250 250 250 250" },
	{ "BODY with another value, without one, twice",
	  MAIL(" BODY=9BIT") "MAIL FROM:<> BODY\r\n"
	  "MAIL FROM:<> BODY=7BIT BODY=7BIT\r\n", "250 (501:5.5.4 ){3}" },
	{ "BODY=BINARYMIME is of an extension that is not announced",
	  MAIL(" BODY=BINARYMIME") "MAIL FROM:<> body=binaryMime SIZE=1\r\n"
	  "MAIL FROM:<> BODY=BINARYMIMEX\r\n",
	  "250 555:5.5.4 555:5.5.4 501:5.5.4", .calls = "helo note quit" },
	{ "several parameters, several spaces",
	  MAIL("  SIZE=5   BODY=8BITMIME  "), "250 250",
	  .trace = "mail 5 <joe@example.com>\n" },
	{ "parameters after HELO as well",
	  "HELO me\r\nMAIL FROM:<> SIZE=5\r\n", "250 250" },
	{ "the null sender may have parameters",
	  EHLO "MAIL FROM:<> SIZE=5\r\n", "250 250", .trace = "mail 5 <>\n" },
	{ "an unknown parameter",
	  MAIL(" FOO=bar") "MAIL FROM:<> SMTPUTF8\r\nMAIL FROM:<> RET=HDRS\r\n"
	  "MAIL FROM:<> SIZE=1 X\r\n", "250 (555:5.5.4 ){4}",
	  .calls = "helo note quit" },
	{ "a malformed parameter",
	  MAIL(" =1") "MAIL FROM:<> SIZE==1\r\nMAIL FROM:<> -X=1\r\n"
	  "MAIL FROM:<> BODY=7BIT=\r\n", "250 (501:5.5.4 ){4}" },
	{ "the first wrong parameter is the one that is told",
	  MAIL(" FOO SIZE=x") "MAIL FROM:<> SIZE=x FOO\r\n",
	  "250 555 501" },
	{ "RCPT knows no parameter",
	  FROM "RCPT TO:<ann@example.org> NOTIFY=NEVER\r\n"
	  "RCPT TO:<ann@example.org> SIZE=1\r\nRCPT TO:<ann@example.org> =\r\n"
	  "RCPT TO:<ann@example.org> \r\n",
	  "250 250 555:5.5.4 555:5.5.4 501:5.5.4 250" },

	/* The house. */
	{ "an unknown user does not spoil a known one",
	  TO_ANN RCPT("eve") "DATA\r\nhi\r\n.\r\n",
	  "250 250 250 550:5.1.1 354 250", .stored = "hi\n",
	  .calls = "helo mail rcpt rcpt data commit quit" },
	{ "an unknown user alone is no recipient",
	  FROM RCPT("eve") "DATA\r\n", "250 250 550:5.1.1 554:5.5.1" },
	{ "a domain that is not ours",
	  FROM "RCPT TO:<ann@example.com>\r\n", "250 250 550:5.7.1",
	  .text = "relay nothing [" ID ".1]" },
	{ "the map's own words, and no format in them",
	  FROM RCPT("old") RCPT("moving") RCPT("eve"),
	  "250 250 550:5.2.1 450:4.2.1 550:5.1.1",
	  .text = "550 5.2.1 100%s gone [" ID ".1]\r\n"
	  "450 4.2.1 Come back tomorrow [" ID ".1]\r\n550 5.1.1 No such user" },
	{ "our own trouble is 4xx, and the house has logged it",
	  FROM RCPT("full") RCPT("quota") RCPT("trouble") RCPT("map")
	  RCPT("boxes") RCPT("ann") "DATA\r\nhi\r\n.\r\n",
	  "250 250 452:4.3.1 452:4.2.2 451:4.3.0 451:4.3.5 452:4.5.3 250 354 "
	  "250", .stored = "hi\n",
	  .calls = "helo mail rcpt rcpt rcpt rcpt rcpt rcpt data commit quit" },
	{ "the same recipient twice is the house's affair",
	  TO_ANN RCPT("ann") "DATA\r\nhi\r\n.\r\n", "250 250 250 250 354 250",
	  .stored = "hi\n" },
	{ "a refusal outside of a mail has the connection's id",
	  FROM "RSET\r\nRCPT TO:<ann@example.org>\r\n", "250 250 250 503",
	  .text = "MAIL must come first [" ID "]" },
	{ "ids count the mails that were begun",
	  FROM "RSET\r\nMAIL FROM:<>\r\nRSET\r\nMAIL FROM:<>\r\n" RCPT("eve"),
	  "250 250 250 250 250 250 550", .text = "[" ID ".3]\r\n" },
};

DIALOGUES(mail, dialogues)

void
add_mails(TCase *tc)
{
	tcase_add_loop_test(tc, mail, 0, countof(dialogues));
}
