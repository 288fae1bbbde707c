/* parts.h - the dialogues by topic, and how each is run. */

#ifndef PARTS_H
#define PARTS_H

#include "../suite.h"
#include "talk.h"

enum offer {
	NO_TLS,
	OFFERED,
	BROKEN,			/* the certificate cannot be read */
	IMPLICIT,		/* from the start */
};

/* Texts are written for talk_expand(). */
struct dialogue {
	const char *title;	/* the rule that it holds */
	const char *says;	/* the client, who then hangs up */
	const char *hears;	/* codes: see heard_is() */
	const char *stored;	/* all of it; NULL: nothing */
	const char *text;	/* in the replies, too; NULL: any */
	const char *calls;	/* of the house: see fake_calls(); NULL: any */
	const char *trace;	/* in the house's trace, too; NULL: any */
	enum reply body, commit, tls;	/* the house's answers: see fake.h */
	enum offer offer;	/* of TLS */
	bool required;		/* tls-required */
	bool hasty;		/* as one packet only: it does not wait for
				 * the answer to STARTTLS */
	bool still;		/* the client says no more, but stays */
	bool early;		/* it spoke before the greeting */
	uint64_t max_size;	/* 0: the default */
	unsigned max_messages, max_recipients, max_unknown;
};

/* A row has what matters to it. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#define EHLO	"EHLO there\r\n"
#define FROM	EHLO "MAIL FROM:<joe@example.com>\r\n"
#define TO_ANN	FROM "RCPT TO:<ann@example.org>\r\n"
#define DATA	TO_ANN "DATA\r\n"

/* A mail that is fine, and what it is answered. */
#define NEXT	"MAIL FROM:<>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n" \
		"next\r\n.\r\n"
#define NEXT_OK	" 250 250 354 250"

/* Whole, byte by byte, and split in two at every place of its first 200
 * bytes: the client hears the same, and the house too. */
void talk_all_ways(const struct dialogue *);

void add_verbs(TCase *);
void add_paths(TCase *);
void add_mails(TCase *);
void add_datas(TCase *);
void add_chunks(TCase *);
void add_limits(TCase *);
void add_ends(TCase *);
void add_packets(TCase *);
void add_tls(TCase *);

#define DIALOGUES(name, table) \
	START_TEST(name) \
	{ \
		talk_all_ways(&table[_i]); \
	} \
	END_TEST

#endif
