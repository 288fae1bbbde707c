/* usermap.c - whom the mail for an address goes to. */

#include "usermap.h"

#include <errno.h>

#include "mapsearch.h"

enum { MAX_FAULTS = 20 };	/* told one by one: a map that is no map at
				 * all must not fill the log */

static void
tell(const struct usermap *map, const char *what, int error)
{
	mapfault_tell(&map->faults, map->file, 0, what, error);
}

static void
load(struct usermap *map, const struct timespec *now)
{
	struct maptext *text = &map->text;
	const char *what = maptext_open(text, map->file);

	if (what != NULL) {
		tell(map, what, errno);
		return;
	}
	what = mapfile_unsure(&text->file, now);
	if (what != NULL)
		tell(map, what, 0);
	maptext_enter(text, map->file, &map->faults, MAX_FAULTS);
	map->partial = what != NULL || text->cut;
	map->whole = what == NULL && text->faults == 0;
}

void
usermap_open(struct usermap *map, const struct timespec *now)
{
	if (map->whole && mapfile_same(&map->text.file, map->file))
		return;
	usermap_close(map);
	load(map, now);
}

void
usermap_close(struct usermap *map)
{
	maptext_close(&map->text);
	map->whole = map->partial = false;
}

/* The word alone, or at a domain, which is ours where this is asked. */
static bool
is_postmaster(struct span address)
{
	return span_skip(&address, "postmaster") &&
	    (address.len == 0 || address.at[0] == '@');
}

void
usermap_find(struct usermap *map, struct span address, struct finding *found)
{
	mapsearch_find(map, address, found);
	if (found->reply == reply_no_such_user && is_postmaster(address))
		tell(map, "no postmaster in the map; RFC 5321 section 4.5.1 "
		    "wants one", 0);
}
