/* limit.h - every size that something here may not exceed.
 *
 * RFC 5321 section 4.5.3.1 says which minima a server owes its clients;
 * senders that rewrite addresses (SRS, VERP) need more, and get it. */

#ifndef LIMIT_H
#define LIMIT_H

enum {
	/* What a client may say. */
	MAX_LINE	= 2048,	/* octets, with CRLF; 4.5.3.1.4 wants 512 */
	MAX_PATH	= 320,	/* with < and >; 4.5.3.1.3 wants 256 */
	MAX_DOMAIN	= 255,	/* 4.5.3.1.2 wants 255 */
	MAX_SAID	= 256,	/* of a refused line, for the log */
	MAX_MESSAGE_ID	= 256,	/* of a Message-ID, for the log */
	MAX_RECEIVED	= 100,	/* Received: lines; section 6.3 wants 100 */
	MAX_HELOS	= 20,	/* in a connection that are logged */
	MAX_IDLE	= 5000,	/* commands from one stored mail to the next */
	MAX_MAP_FAULTS	= 100,	/* in a connection that are logged */
	MAX_REFUSED	= 2000,	/* replies 4xx and 5xx in a connection */

	/* What we say. */
	MAX_REPLY	= 512,	/* octets, with CRLF; 4.5.3.1.5 */
	MAX_REASON	= 256,	/* of a text from the user map */
	MAX_HOSTNAME	= 255,	/* of our own */
	MAX_ID		= 26,	/* connection's 13, a dot, a number, NUL */

	/* What the configuration may allow at most. */
	MAX_RECIPIENTS	= 1000,	/* per message; 4.5.3.1.8 wants 100 */
	MAX_MAILBOXES	= 1000,	/* per message, after expansion */

	/* The user map. */
	MAX_DEPTH	= 10,	/* of addresses that lead to addresses */
	MAX_STEPS	= 10000,	/* look-ups for one recipient */
	MAX_TARGET	= 1024,	/* the path of a Maildir, with NUL */

	/* System users. */
	MAX_ACCOUNT	= 32,	/* of a name; useradd(8) makes no longer one */
	MAX_HOME	= 256,	/* the path of a home, with NUL */
	ACCOUNT_SECONDS	= 10,	/* for the answer of the name service */

	/* TLS. */
	MAX_CERTIFICATES = 8,	/* pairs of a certificate and its key */
	TLS_START_SECONDS = 10,	/* until keys are loaded */
	TLS_END_SECONDS	= 5,	/* for the last reply to get out */
	EXPIRY_DAYS	= 14,	/* before which a certificate is warned of */

	/* Buffers. */
	INPUT_SIZE	= 64 * 1024,	/* what one read(2) may bring */
	OUTPUT_SIZE	= 4 * 1024,	/* replies that wait for a flush */
	BODY_SIZE	= 256 * 1024,	/* of a message between the processes */
};

#endif
