/* head.h - the two things that are read in a message's header.
 *
 * How many Received: lines it has (RFC 5321 section 6.3: loops), and its
 * Message-ID, for the log.  The bytes are those that are stored, in pieces
 * of any size. */

#ifndef HEAD_H
#define HEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "limit.h"

struct head {			/* all zero is a fresh message */
	bool over;		/* the empty line has come */
	bool inside;		/* not at the start of a line */
	enum {
		HEAD_NAME,	/* of a field, up to its colon */
		HEAD_OTHER,	/* a field that does not matter */
		HEAD_ID,	/* the value of the first Message-ID */
	} field;
	unsigned received;	/* lines so far */
	size_t name_len, id_len;
	char name[sizeof "message-id"];		/* in any case */
	char id[MAX_MESSAGE_ID];		/* printable */
};

void head_take(struct head *, const unsigned char *bytes, size_t len);

#endif
