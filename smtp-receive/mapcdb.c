/* mapcdb.c - the compiled form of the user map: a cdb beside the text. */

#include "mapcdb.h"

#include <errno.h>
#include <string.h>

#include "mapfile.h"
#include "mapline.h"

const char mapcdb_damaged[] = "damaged: run smtp-receive-map, or remove it";

enum {
	TABLES	= 256,
	PAIR	= 8,		/* two numbers of 4 bytes each */
};

/* Such a pair: of the header the place of a table and how many slots it has;
 * of a slot the key's hash and the place of its record; of a record the
 * lengths of its key and its data. */
struct pair {
	uint32_t first, second;
};

static uint32_t
number(const unsigned char *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 |
	    (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static bool
read_pair(struct mapcdb *cdb, uint64_t from, struct pair *pair)
{
	if (!mapimage_need(&cdb->image, from, PAIR))
		return false;
	const unsigned char *at = (const unsigned char *)cdb->image.at + from;
	*pair = (struct pair){ number(at), number(at + 4) };
	return true;
}

static uint32_t
hash(struct span key)
{
	uint32_t h = 5381;

	for (size_t i = 0; i < key.len; i++)
		h = ((h << 5) + h) ^ (unsigned char)key.at[i];
	return h;
}

/* Is it what mapcdb.h says that data is? */
static bool
is_line(const char *at, size_t len)
{
	struct span data = { at, len }, line = span_field(&data, '\n');
	unsigned long long n;

	return line.len > 0 && mapline_white(line.at[0]) && data.len > 0 &&
	    data.at[data.len - 1] == '\n' &&
	    span_number((struct span){ data.at, data.len - 1 }, &n);
}

static enum mapcdb_entry
read_data(struct mapcdb *cdb, uint64_t from, size_t len)
{
	if (len == 0)
		return MAPCDB_DOMAIN;
	if (!mapimage_need(&cdb->image, from, len))
		return MAPCDB_DAMAGED;
	return is_line(cdb->image.at + from, len) ? MAPCDB_LINE
	    : MAPCDB_DAMAGED;
}

/* MAPCDB_NONE: the record there has another key. */
static enum mapcdb_entry
read_record(struct mapcdb *cdb, uint64_t from, struct span key, char **line)
{
	struct pair lengths;

	if (!read_pair(cdb, from, &lengths))
		return MAPCDB_DAMAGED;
	if (lengths.first != key.len)
		return MAPCDB_NONE;
	if (!mapimage_need(&cdb->image, from + PAIR, key.len))
		return MAPCDB_DAMAGED;
	*line = cdb->image.at + from + PAIR;
	if (memcmp(*line, key.at, key.len) != 0)
		return MAPCDB_NONE;
	return read_data(cdb, from + PAIR + key.len, lengths.second);
}

/* A table has free slots: with none it is damaged. */
enum mapcdb_entry
mapcdb_find(struct mapcdb *cdb, struct span key, char **line)
{
	uint32_t h = hash(key), i = 0;
	struct pair table, slot;

	if (!read_pair(cdb, h % TABLES * PAIR, &table))
		return MAPCDB_DAMAGED;
	for (; i < table.second; i++) {
		uint64_t n = (h / TABLES + (uint64_t)i) % table.second;

		if (!read_pair(cdb, table.first + n * PAIR, &slot))
			return MAPCDB_DAMAGED;
		if (slot.second == 0)
			return MAPCDB_NONE;
		enum mapcdb_entry entry = slot.first != h ? MAPCDB_NONE :
		    read_record(cdb, slot.second, key, line);
		if (entry != MAPCDB_NONE)
			return entry;
	}
	errno = 0;
	return i == 0 ? MAPCDB_NONE : MAPCDB_DAMAGED;
}

static bool
is_older(const struct stat *a, const struct stat *b)
{
	return a->st_mtim.tv_sec < b->st_mtim.tv_sec ||
	    (a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec < b->st_mtim.tv_nsec);
}

static enum mapcdb_state
compare(const struct mapcdb *cdb, const char *text,
    enum mapimage_answer answer, const char **what)
{
	const struct mapimage *image = &cdb->image;
	int saved = errno;
	struct stat st;

	if (stat(text, &st) == -1)
		return MAPCDB_ABSENT;	/* so there is no map at all */
	if (is_older(&image->stamp, &st))
		return MAPCDB_STALE;
	errno = saved;
	*what = answer == MAPIMAGE_NO_MEMORY ? "no memory to read it"
	    : mapcdb_damaged;
	if (answer != MAPIMAGE_OPEN)
		return MAPCDB_BAD;
	return maptrailer_fits(&image->trailer, &st) ? MAPCDB_OPEN
	    : MAPCDB_STALE;
}

enum mapcdb_state
mapcdb_open(struct mapcdb *cdb, const char *path, const char *text,
    const char **what)
{
	enum mapimage_answer answer = mapimage_open(&cdb->image, path);

	if (answer == MAPIMAGE_NONE)
		return MAPCDB_ABSENT;
	enum mapcdb_state state = compare(cdb, text, answer, what);
	if (answer == MAPIMAGE_OPEN && state != MAPCDB_OPEN)
		mapimage_close(&cdb->image);
	return state;
}

void
mapcdb_close(struct mapcdb *cdb)
{
	mapimage_close(&cdb->image);
}

bool
mapcdb_same(const struct mapcdb *cdb, const char *path, const char *text)
{
	struct stat st;

	return mapfile_still(&cdb->image.stamp, path) &&
	    stat(text, &st) == 0 &&
	    maptrailer_fits(&cdb->image.trailer, &st);
}
