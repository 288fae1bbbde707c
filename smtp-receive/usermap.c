/* usermap.c - whom the mail for an address goes to. */

#include "usermap.h"

#include <errno.h>
#include <stdio.h>

#include "mapfault.h"
#include "mapline.h"
#include "mapreader.h"
#include "mapsearch.h"

enum { MAX_FAULTS = 20 };	/* told one by one */

/* The faults of the lines, counted: a map that is no map at all must not
 * fill the log. */
struct faults {
	struct usermap *map;
	unsigned long count;
};

static void
fault(struct faults *f, unsigned long line, const char *what,
    struct span wrong)
{
	f->map->whole = false;
	if (f->count++ >= MAX_FAULTS)
		return;
	if (wrong.len > 0)
		mapfault_wrong(f->map, line, what, wrong);
	else
		mapfault_tell(f->map, line, what, 0);
}

static void
tell_rest(const struct faults *f)
{
	char text[64];

	if (f->count <= MAX_FAULTS)
		return;
	int n = snprintf(text, sizeof text, "and %lu more faults",
	    f->count - MAX_FAULTS);
	mapfault_tell(f->map, 0, n > 0 && (size_t)n < sizeof text ? text
	    : "and more", 0);
}

/* A line with a good key and bad targets is entered, too: where this mail
 * goes is not known, but not to where its domain's line says. */
static void
read_line(struct faults *f, const struct mapreader *r)
{
	struct mapline line;
	const char *what = mapline_parse(r->at, r->len, &line);

	if (what != NULL)
		fault(f, r->number, what, line.wrong);
	if (line.key.len > 0 &&
	    !mapindex_enter(&f->map->index, line.key, line.domain))
		fault(f, r->number, "a line for this address stands above; "
		    "join the two", line.key);
}

static void
read_lines(struct usermap *map)
{
	struct faults faults = { map, 0 };
	struct span none = { 0 };
	struct mapreader r;

	mapreader_open(&r, map->text.text, map->text.size);
	while (mapreader_next(&r)) {
		if (r.what != NULL)
			fault(&faults, r.where, r.what, none);
		if (r.len > 0)
			read_line(&faults, &r);
	}
	if (r.end < map->text.text + map->text.size) {
		map->partial = true;
		fault(&faults, r.line + 1, "the last line has no line end: is "
		    "somebody writing the file?", none);
	}
	tell_rest(&faults);
}

static void
load(struct usermap *map, const struct timespec *now)
{
	const char *what = mapfile_read(&map->text, map->file);

	if (what == NULL && mapindex_open(&map->index, map->text.text,
	    map->text.size) == -1)
		what = "no memory for its index";
	if (what != NULL) {
		mapfault_tell(map, 0, what, errno);
		usermap_close(map);
		return;
	}
	what = mapfile_unsure(&map->text, now);
	map->partial = what != NULL;
	map->whole = what == NULL;
	if (what != NULL)
		mapfault_tell(map, 0, what, 0);
	read_lines(map);
}

void
usermap_open(struct usermap *map, const struct timespec *now)
{
	if (map->whole && mapfile_same(&map->text, map->file))
		return;
	usermap_close(map);
	load(map, now);
}

void
usermap_close(struct usermap *map)
{
	mapindex_close(&map->index);
	mapfile_close(&map->text);
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
		mapfault_tell(map, 0, "no postmaster in the map; RFC 5321 "
		    "section 4.5.1 wants one", 0);
}
