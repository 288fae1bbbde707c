/* param.h - what may stand behind a path: RFC 5321 section 4.1.2.
 *
 *	esmtp-param = esmtp-keyword [ "=" esmtp-value ]
 *	esmtp-keyword = ( ALPHA / DIGIT ) *( ALPHA / DIGIT / "-" ) */

#ifndef PARAM_H
#define PARAM_H

#include "span.h"

struct param {
	struct span keyword;
	struct span value;	/* empty where there is none */
};

enum param_kind {
	PARAM_GOOD,
	PARAM_END,		/* there is no further one */
	PARAM_BAD,
};

/* Cuts the next from the front of in. */
enum param_kind param_take(struct span *in, struct param *);

#endif
