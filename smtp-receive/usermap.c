/* usermap.c - whom the mail for an address goes to. */

#include "usermap.h"

#include "mapform.h"
#include "mapsearch.h"

bool
usermap_open(struct usermap *map, const struct timespec *now)
{
	if (map->whole && mapform_same(map))
		return false;
	usermap_close(map);
	mapform_open(map, now);
	return true;
}

void
usermap_close(struct usermap *map)
{
	mapform_close(map);
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
		mapfault_tell(&map->faults, map->file, 0, "no postmaster in "
		    "the map; RFC 5321 section 4.5.1 wants one", 0);
}
