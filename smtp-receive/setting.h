/* setting.h - the keys of smtp-receive.conf(5), what each may be and is.
 *
 * One table; parsing, the messages about wrong values and -h come from it,
 * and the manual page mirrors it. */

#ifndef SETTING_H
#define SETTING_H

#include <stdbool.h>
#include <stddef.h>

#include "config.h"
#include "span.h"

struct kind;

struct setting {
	const char *name;
	const struct kind *kind;
	size_t field;			/* where in struct config it is */
	const char *min, *max;		/* of a number; else NULL */
	const char *value;		/* the default; "": see config_finish */
	const char *meaning;
};

/* The first of the table after NULL, NULL after the last. */
const struct setting *setting_next(const struct setting *);

/* NULL: there is no such key. */
const struct setting *setting_find(struct span name);

/* False, and nothing is changed, where it may not be this. */
bool setting_assign(const struct setting *, struct config *, struct span value);

/* What it may be, in words, but for min and max. */
const char *setting_wants(const struct setting *);

#endif
