/* reply.h - everything the program can say to a client.
 *
 * A reply is a number in this table; handlers and answers carry that, and
 * the writer turns it into octets.  The text serves the reader of a bounce:
 * what was wrong, and what would be right.  Codes are those of RFC 5321
 * section 4.2 and RFC 3463; 250, 220 and 354 as section 4.3.2 wants them. */

#ifndef REPLY_H
#define REPLY_H

#include "span.h"

#define REPLIES(REPLY) \
	REPLY(greeting,		220, "",      "%s ESMTP") \
	REPLY(tls_ready,	220, "2.0.0", "Ready for the TLS handshake") \
	REPLY(hello,		250, "",      "%s") \
	REPLY(mail_ok,		250, "2.1.0", "Sender accepted") \
	REPLY(rcpt_ok,		250, "2.1.5", "Recipient accepted") \
	REPLY(go_ahead,		354, "",      "End the message with a dot alone on a line") \
	REPLY(chunk_taken,	250, "2.0.0", "Chunk taken") \
	REPLY(chunk_empty,	250, "2.0.0", "Empty chunk taken") \
	REPLY(stored,		250, "2.0.0", "Stored as %s") \
	REPLY(reset,		250, "2.0.0", "Ready for the next mail") \
	REPLY(noop,		250, "2.0.0", "Nothing done") \
	REPLY(help,		214, "2.0.0", "EHLO HELO MAIL RCPT DATA BDAT RSET NOOP HELP VRFY STARTTLS QUIT; RFC 5321") \
	REPLY(vrfy,		252, "2.1.5", "Not told here; send the mail, and RCPT will tell") \
	REPLY(bye,		221, "2.0.0", "%s closes the connection") \
	\
	REPLY(timeout,		421, "4.4.2", "Nothing came for too long; connect again") \
	REPLY(too_long,		421, "4.4.2", "The connection lasted too long; connect again") \
	REPLY(shutdown,		421, "4.3.2", "The service is ending; connect again later") \
	REPLY(unserviceable,	421, "4.3.2", "The system is out of resources; connect again later") \
	REPLY(misconfigured,	421, "4.3.5", "The mail system is wrongly configured, its administrator can see why; connect again later") \
	REPLY(errors_end,	421, "4.7.0", "Too many wrong commands in one connection") \
	REPLY(refused_end,	421, "4.7.0", "Too many refusals in one connection") \
	REPLY(commands_end,	421, "4.7.0", "Too many commands without a mail that is stored") \
	REPLY(messages_end,	421, "4.7.0", "Too many mails in one connection; send the others in another") \
	REPLY(unknown_end,	421, "4.7.0", "Too many unknown recipients in one connection") \
	\
	REPLY(later_said,	450, "4.2.1", "Not now, try again later") \
	REPLY(trouble,		451, "4.3.0", "A fault of this system, not of the mail; try again later") \
	REPLY(map_broken,	451, "4.3.5", "The list of users is being changed or has a fault; try again later") \
	REPLY(hung_up,		451, "4.4.2", "The connection was closed before the mail was stored; send it again") \
	REPLY(no_rcpts_now,	451, "4.5.1", "No recipient was accepted for now; try again later") \
	REPLY(over_quota,	452, "4.2.2", "The mailbox is full; try again later") \
	REPLY(no_room,		452, "4.3.1", "Not enough room for the mail; try again later") \
	REPLY(too_many_rcpts,	452, "4.5.3", "Too many recipients; send the others the mail in a transaction of their own") \
	REPLY(too_many_mailboxes, 452, "4.5.3", "Too many mailboxes for one mail; send this recipient the mail in a transaction of its own") \
	REPLY(too_many_unknown,	452, "4.5.3", "Not looked up after too many unknown recipients") \
	REPLY(tls_trouble,	454, "4.7.0", "TLS cannot be had, for a fault of this system; try again later") \
	\
	REPLY(unknown_command,	500, "5.5.1", "Unknown command; HELP lists the known ones") \
	REPLY(bare_lf,		500, "5.5.2", "A line must end in CR LF, this one ended in LF alone") \
	REPLY(line_too_long,	500, "5.5.2", "Line too long: 2048 octets with CR LF is the limit") \
	REPLY(bad_bytes,	500, "5.5.2", "A command consists of printable ASCII characters only") \
	REPLY(hello_wants_name,	501, "",      "A host name or an address literal must follow") \
	REPLY(no_argument,	501, "5.5.4", "This command takes no argument") \
	REPLY(wants_argument,	501, "5.5.4", "This command wants an argument") \
	REPLY(mail_syntax,	501, "5.5.4", "Write MAIL FROM:<user@example.org> or MAIL FROM:<>") \
	REPLY(rcpt_syntax,	501, "5.5.4", "Write RCPT TO:<user@example.org>") \
	REPLY(chunk_syntax,	501, "5.5.4", "Write BDAT 1000 or BDAT 1000 LAST; without the size it cannot be known where the next command starts") \
	REPLY(bad_sender,	501, "5.1.7", "The sender's address is malformed; write <user@example.org>") \
	REPLY(bad_recipient,	501, "5.1.3", "The recipient's address is malformed; write <user@example.org>") \
	REPLY(bad_param,	501, "5.5.4", "A parameter is malformed, has no such value, or stands here twice") \
	REPLY(not_implemented,	502, "5.5.1", "Command not implemented") \
	REPLY(early_talker,	554, "",      "You spoke before the greeting: no mail is taken in this connection") \
	REPLY(turned_away,	503, "5.5.1", "You spoke before the greeting: only QUIT is possible") \
	REPLY(hello_first,	503, "5.5.1", "EHLO or HELO must come first") \
	REPLY(mail_first,	503, "5.5.1", "MAIL must come first") \
	REPLY(mail_already,	503, "5.5.1", "A mail is in hand already; RSET drops it") \
	REPLY(tls_already,	503, "5.5.1", "TLS is on already") \
	REPLY(tls_first,	530, "5.7.0", "No mail is taken without TLS; STARTTLS must come first") \
	REPLY(unknown_param,	555, "5.5.4", "Unknown parameter; EHLO lists the known extensions") \
	\
	REPLY(reject_said,	550, "5.2.1", "This address takes no mail") \
	REPLY(no_such_user,	550, "5.1.1", "No such user here") \
	REPLY(not_ours,		550, "5.7.1", "That domain's mail is not ours, and we relay nothing") \
	REPLY(bare_line_end,	550, "5.6.0", "The message has a bare CR or LF; every line must end in CR LF") \
	REPLY(too_big,		552, "5.3.4", "The message is too large; SIZE in the reply to EHLO is the limit") \
	REPLY(no_valid_rcpts,	554, "5.5.1", "No recipient was accepted") \
	REPLY(plain_behind,	554, "5.5.1", "Plain text came behind STARTTLS; wait for the answer to it") \
	REPLY(loop,		554, "5.4.6", "A hundred Received: lines: the mail runs in a loop")

enum reply {
#define REPLY(name, code, status, text) reply_##name,
	REPLIES(REPLY)
#undef REPLY
	REPLY_COUNT	/* not a reply; and never a reply's number */
};

unsigned reply_code(enum reply);		/* 214 to 555 */
const char *reply_status(enum reply);	/* RFC 3463, "" where none is due */
const char *reply_text(enum reply);	/* "%s" in it: see reply_write */

/* One line with CRLF into at[size], its length is returned.  words is what
 * stands for %s: the host name, or the id.  text, where not empty, replaces
 * the reply's own.  Every 4xx and 5xx ends in " [id]".  A line that does not
 * fit size or MAX_REPLY is cut in its text, never in its ends. */
size_t reply_write(enum reply, const char *words, const char *text,
    const char *id, char *at, size_t size);

#endif
