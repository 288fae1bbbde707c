/* mapform.c - the user map in the one of its two forms that is open. */

#include "mapform.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { MAX_FAULTS = 20 };	/* told one by one: a map that is no map at
				 * all must not fill the log */

static void
open_text(struct usermap *map, const struct timespec *now)
{
	struct maptext *text = &map->text;
	const char *what = maptext_open(text, map->file);

	if (what != NULL) {
		mapfault_tell(&map->faults, map->file, 0, what, errno);
		return;
	}
	map->form = USERMAP_TEXT;
	what = mapfile_unsure(&text->file, now);
	if (what != NULL)
		mapfault_tell(&map->faults, map->file, 0, what, 0);
	maptext_enter(text, map->file, &map->faults, MAX_FAULTS);
	map->partial = what != NULL || text->cut;
	map->whole = what == NULL && text->faults == 0;
}

static void
tell_cdb(const struct usermap *map, const char *what, int error)
{
	mapfault_tell(&map->faults, map->cdb_file, 0, what, error);
}

/* False: the text is to be read. */
static bool
open_cdb(struct usermap *map)
{
	const char *what;
	int n = snprintf(map->cdb_file, sizeof map->cdb_file, "%s.cdb",
	    map->file);

	if (n < 0 || (size_t)n >= sizeof map->cdb_file)
		return false;
	switch (mapcdb_open(&map->cdb, map->cdb_file, map->file, &what)) {
	case MAPCDB_OPEN:
		map->form = USERMAP_CDB;
		map->whole = true;
		return true;
	case MAPCDB_ABSENT:
		if (errno != ENOENT)
			tell_cdb(map, "cannot be opened; the text is read",
			    errno);
		return false;
	case MAPCDB_STALE:
		map->stale = true;
		return false;
	case MAPCDB_BAD:
		tell_cdb(map, what, errno);
		return true;
	}
	return false;
}

void
mapform_open(struct usermap *map, const struct timespec *now)
{
	if (!open_cdb(map))
		open_text(map, now);
}

void
mapform_close(struct usermap *map)
{
	if (map->form == USERMAP_TEXT)
		maptext_close(&map->text);
	if (map->form == USERMAP_CDB)
		mapcdb_close(&map->cdb);
	map->form = USERMAP_NONE;
	map->whole = map->partial = map->stale = false;
}

bool
mapform_same(const struct usermap *map)
{
	switch (map->form) {
	case USERMAP_NONE:
		return false;
	case USERMAP_TEXT:
		return mapfile_same(&map->text.file, map->file);
	case USERMAP_CDB:
		return mapcdb_same(&map->cdb, map->cdb_file, map->file);
	}
	return false;
}

static void
spoil(struct usermap *map, int error)
{
	if (map->whole)
		tell_cdb(map, mapcdb_damaged, error);
	map->whole = false;
}

void
mapform_spoiled(struct usermap *map)
{
	if (map->form == USERMAP_CDB)
		spoil(map, 0);
}

static enum mapcdb_entry
find_in_text(const struct mapindex *index, struct span key, char **line)
{
	const uint32_t *slot = mapindex_slot(index, key);

	*line = mapindex_line(index, slot);
	if (*line != NULL)
		return MAPCDB_LINE;
	return *slot == 0 ? MAPCDB_NONE : MAPCDB_DOMAIN;
}

enum mapcdb_entry
mapform_find(struct usermap *map, struct span key, char **line)
{
	if (map->form == USERMAP_TEXT)
		return find_in_text(&map->text.index, key, line);
	enum mapcdb_entry entry = mapcdb_find(&map->cdb, key, line);
	if (entry == MAPCDB_DAMAGED)
		spoil(map, errno);
	return entry;
}

void
mapform_forget(struct usermap *map)
{
	if (map->form == USERMAP_CDB)
		mapcdb_forget(&map->cdb);
}

bool
mapform_same_line(const struct usermap *map, const char *a, const char *b)
{
	return map->form == USERMAP_CDB ? mapcdb_same_line(a, b) : a == b;
}

/* A compiled line has it behind its line end. */
static unsigned long
read_number(const char *line)
{
	unsigned long n = 0;

	while (*line != '\n')
		line++;
	for (line++; *line != '\n'; line++)
		n = 10 * n + (unsigned long)(*line - '0');
	return n;
}

unsigned long
mapform_number(const struct usermap *map, const char *line)
{
	unsigned long n = 1;

	if (map->form == USERMAP_CDB)
		return read_number(line);
	for (const char *p = map->text.file.text; p < line; p++)
		n += *p == '\n';
	return n;
}
