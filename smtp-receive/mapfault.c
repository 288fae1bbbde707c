/* mapfault.c - the faults of the user map, in words. */

#include "mapfault.h"

#include <stdio.h>

enum { MAX_SHOWN = 64 };	/* bytes of what a fault is about */

void
mapfault_tell(const struct mapfaults *faults, const char *file,
    unsigned long line, const char *what, int error)
{
	faults->tell(faults->arg, file, line, what, error);
}

void
mapfault_wrong(const struct mapfaults *faults, const char *file,
    unsigned long line, const char *what, struct span wrong)
{
	char text[512], shown[MAX_SHOWN + 1];
	size_t len = wrong.len < MAX_SHOWN ? wrong.len : MAX_SHOWN;

	for (size_t i = 0; i < len; i++)
		shown[i] = wrong.at[i] == ' ' || span_graphic(wrong.at[i]) ?
		    wrong.at[i] : '?';
	shown[len] = '\0';
	int n = snprintf(text, sizeof text, "%s: \"%s\"%s", what, shown,
	    len < wrong.len ? "..." : "");
	mapfault_tell(faults, file, line, n > 0 && (size_t)n < sizeof text ?
	    text : what, 0);
}
