/* tls.c - STARTTLS (RFC 3207), TLS from the start, REQUIRETLS (RFC 8689). */

#include "parts.h"

#define STARTTLS "STARTTLS\r\n"
#define SECURE	EHLO STARTTLS EHLO
#define SECURE_OK "250 220:2.0.0 250"
#define PLAIN	"554:5.5.1"

static const struct dialogue dialogues[] = {
	{ "without a certificate it is not implemented, and not listed",
	  EHLO STARTTLS, "250 502:5.5.1", .calls = "helo note quit",
	  .text = "250-ENHANCEDSTATUSCODES\r\n250-LIMITS " },
	{ "EHLO lists it where it can be had",
	  EHLO "QUIT\r\n", "250 221", .offer = OFFERED,
	  .text = "250-ENHANCEDSTATUSCODES\r\n250-STARTTLS\r\n250-LIMITS " },
	{ "where the certificate cannot be read EHLO does not list it",
	  EHLO "QUIT\r\n", "250 221", .offer = BROKEN,
	  .text = "250-ENHANCEDSTATUSCODES\r\n250-LIMITS " },
	{ "and who asks all the same hears that it is our fault",
	  EHLO STARTTLS NEXT, "250 454:4.7.0" NEXT_OK, .offer = BROKEN,
	  .tls = reply_tls_trouble, .stored = "next\n" },
	{ "EHLO or HELO must come first",
	  STARTTLS EHLO "QUIT\r\n", "503:5.5.1 250 221", .offer = OFFERED,
	  .calls = "note helo quit" },
	{ "it takes no argument",
	  EHLO "STARTTLS now\r\n" STARTTLS, "250 501:5.5.4 220",
	  .offer = OFFERED, .calls = "helo note tls quit" },
	{ "of any case, and with a space behind it",
	  EHLO "starttls \r\n" EHLO NEXT, "250 220 250" NEXT_OK,
	  .offer = OFFERED, .stored = "next\n" },
	{ "not behind MAIL",
	  FROM STARTTLS "RCPT TO:<ann@example.org>\r\n",
	  "250 250 503:5.5.1 250", .offer = OFFERED,
	  .calls = "helo mail note rcpt quit" },
	{ "nor behind RCPT",
	  TO_ANN STARTTLS "DATA\r\nhi\r\n.\r\n", "250 250 250 503 354 250",
	  .offer = OFFERED, .stored = "hi\n" },
	{ "but between two mails",
	  DATA "hi\r\n.\r\n" STARTTLS EHLO NEXT,
	  "250 250 250 354 250 220 250" NEXT_OK, .offer = OFFERED,
	  .stored = "hi\nnext\n", .text = "Stored as " ID ".2\r\n" },

	/* Granted. */
	{ "a whole mail through TLS",
	  SECURE NEXT "QUIT\r\n", SECURE_OK NEXT_OK " 221", .offer = OFFERED,
	  .stored = "next\n",
	  .calls = "helo tls helo mail rcpt data commit quit",
	  .text = "220 2.0.0 Ready for the TLS handshake\r\n" },
	{ "helo is forgotten: it must come again",
	  EHLO STARTTLS "MAIL FROM:<>\r\n" STARTTLS "RSET\r\nMAIL FROM:<>\r\n",
	  "250 220 503:5.5.1 503:5.5.1 250 503", .offer = OFFERED,
	  .calls = "helo tls note quit",
	  .text = "EHLO or HELO must come first" },
	{ "under TLS EHLO lists REQUIRETLS, and STARTTLS no more",
	  SECURE "QUIT\r\n", SECURE_OK " 221", .offer = OFFERED,
	  .text = "250-ENHANCEDSTATUSCODES\r\n250-REQUIRETLS\r\n250-LIMITS " },
	{ "twice is once too often",
	  SECURE STARTTLS NEXT, SECURE_OK " 503:5.5.1" NEXT_OK,
	  .offer = OFFERED, .stored = "next\n", .text = "TLS is on already" },
	{ "HELO does, too",
	  "HELO there\r\n" STARTTLS "HELO there\r\n" NEXT,
	  "250 220 250" NEXT_OK, .offer = OFFERED, .stored = "next\n" },
	{ "all octets and commands are counted together",
	  SECURE "QUIT\r\n", SECURE_OK " 221", .offer = OFFERED,
	  .trace = "quit quit 4\n" },

	/* Not granted. */
	{ "refused, the mail goes on in plain text",
	  EHLO STARTTLS NEXT STARTTLS, "250 454:4.7.0" NEXT_OK " 454",
	  .offer = OFFERED, .tls = reply_tls_trouble, .stored = "next\n",
	  .calls = "helo tls mail rcpt data commit tls quit" },
	{ "the house has seen plain text behind it: the end",
	  EHLO STARTTLS EHLO, "250 " PLAIN, .offer = OFFERED,
	  .tls = reply_plain_behind, .calls = "helo tls quit",
	  .trace = "quit plain 2\n" },
	{ "plain text in the same packet is not even a question: the end",
	  EHLO STARTTLS EHLO NEXT, "250 " PLAIN, .offer = OFFERED,
	  .hasty = true, .calls = "helo note quit",
	  .trace = "quit plain 2\n", .text = "Plain text came behind" },
	{ "so is a single octet",
	  EHLO STARTTLS "Q", "250 " PLAIN, .offer = OFFERED, .hasty = true,
	  .trace = "quit plain 2\n" },
	{ "where there is no TLS, text behind it is the next command",
	  EHLO STARTTLS NEXT, "250 502" NEXT_OK, .hasty = true,
	  .stored = "next\n" },
	{ "and under TLS it is, too",
	  EHLO STARTTLS NEXT, "250 503" NEXT_OK, .offer = IMPLICIT,
	  .hasty = true, .stored = "next\n" },

	/* tls-required. */
	{ "no mail without TLS, if it is required",
	  EHLO NEXT, "250 530:5.7.0 503 503 500 500", .offer = OFFERED,
	  .required = true, .calls = "helo note quit",
	  .text = "STARTTLS must come first [" },
	{ "nor for one who says HELO",
	  "HELO there\r\nMAIL FROM:<>\r\nNOOP\r\nVRFY x\r\nRSET\r\n",
	  "250 530 250 252 250", .offer = OFFERED, .required = true },
	{ "whatever MAIL says",
	  EHLO "MAIL FROM:x\r\nMAIL FROM:<> REQUIRETLS\r\n", "250 530 530",
	  .offer = OFFERED, .required = true },
	{ "nor where TLS cannot be had",
	  EHLO STARTTLS "MAIL FROM:<>\r\n", "250 454 530", .offer = BROKEN,
	  .required = true, .tls = reply_tls_trouble },
	{ "under TLS it is taken",
	  EHLO "MAIL FROM:<>\r\n" STARTTLS EHLO NEXT,
	  "250 530 220 250" NEXT_OK, .offer = OFFERED, .required = true,
	  .stored = "next\n" },
	{ "so it is where TLS was on from the start",
	  EHLO NEXT, "250" NEXT_OK, .offer = IMPLICIT, .required = true,
	  .stored = "next\n" },

	/* REQUIRETLS. */
	{ "MAIL may require TLS under TLS",
	  SECURE "MAIL FROM:<> requiretls SIZE=1\r\n", SECURE_OK " 250",
	  .offer = OFFERED, .trace = "mail 1 <>\n" },
	{ "not without",
	  EHLO "MAIL FROM:<> REQUIRETLS\r\n", "250 555:5.5.4",
	  .offer = OFFERED },
	{ "it has no value",
	  SECURE "MAIL FROM:<> REQUIRETLS=yes\r\nMAIL FROM:<> REQUIRETLS=\r\n",
	  SECURE_OK " 501:5.5.4 501", .offer = OFFERED },
	{ "and stands once",
	  SECURE "MAIL FROM:<> REQUIRETLS REQUIRETLS\r\n"
	  "MAIL FROM:<> REQUIRETLS\r\n", SECURE_OK " 501:5.5.4 250",
	  .offer = OFFERED },
	{ "RCPT does not know it",
	  SECURE "MAIL FROM:<> REQUIRETLS\r\n"
	  "RCPT TO:<ann@example.org> REQUIRETLS\r\n", SECURE_OK " 250 555",
	  .offer = OFFERED },

	/* From the start. */
	{ "TLS from the start: the greeting goes through it",
	  EHLO NEXT "QUIT\r\n", "250" NEXT_OK " 221", .offer = IMPLICIT,
	  .stored = "next\n", .calls = "helo mail rcpt data commit quit" },
	{ "then there is no STARTTLS",
	  EHLO STARTTLS "MAIL FROM:<> REQUIRETLS\r\n", "250 503:5.5.1 250",
	  .offer = IMPLICIT,
	  .text = "250-ENHANCEDSTATUSCODES\r\n250-REQUIRETLS\r\n250-LIMITS " },
	{ "and who says nothing has heard the greeting",
	  "", "", .offer = IMPLICIT, .calls = "quit", .text = "220 " HOST },

	{ "HELP names it",
	  "HELP\r\n", "214", .offer = OFFERED, .text = " STARTTLS " },
};

DIALOGUES(tls, dialogues)

void
add_tls(TCase *tc)
{
	tcase_add_loop_test(tc, tls, 0, countof(dialogues));
}
