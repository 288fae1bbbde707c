/* mapcdb.c - the compiled form of the user map: a cdb beside the text. */

#include "mapcdb.h"

#include <errno.h>
#include <string.h>

#include "limit.h"
#include "mapfile.h"
#include "mapline.h"

const char mapcdb_damaged[] = "damaged: run smtp-receive-map, or remove it";

enum {
	TABLES	= 256,
	PAIR	= 8,		/* two numbers of 4 bytes each */

	/* For the lines of one search: as many bytes as the cdb has, and
	 * these for lines that it leads to several times. */
	ROOM	= MAX_STEPS * 256,
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
	unsigned char bytes[PAIR];

	if (!mapblock_read(&cdb->blocks, from, bytes, sizeof bytes))
		return false;
	*pair = (struct pair){ number(bytes), number(bytes + 4) };
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

/* The copy of a record has its place in front. */
enum { PLACE = 8 };

bool
mapcdb_same_line(const char *a, const char *b)
{
	return memcmp(a - PLACE, b - PLACE, PLACE) == 0;
}

void
mapcdb_forget(struct mapcdb *cdb)
{
	cdb->used = 0;
}

static bool
make_room(struct mapcdb *cdb, uint64_t len)
{
	struct mapblock *blocks = &cdb->blocks;

	errno = ENOMEM;
	if (len <= blocks->size - cdb->used)
		return true;
	if (blocks->large || !mapblock_enlarge(blocks, ROOM))
		return false;
	cdb->used = 0;
	return len <= blocks->size;
}

static char *
copy(struct mapcdb *cdb, uint64_t from, uint64_t len)
{
	struct mapblock *blocks = &cdb->blocks;

	if (!make_room(cdb, PLACE + len))
		return NULL;
	char *at = blocks->room + cdb->used;
	memcpy(at, &from, PLACE);
	return mapblock_read(blocks, from, at + PLACE, (size_t)len) ?
	    at + PLACE : NULL;
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
	uint64_t len = (uint64_t)lengths.first + lengths.second;
	*line = copy(cdb, from + PAIR, len);
	if (*line == NULL)
		return MAPCDB_DAMAGED;
	if (memcmp(*line, key.at, key.len) != 0)
		return MAPCDB_NONE;
	if (lengths.second == 0)
		return MAPCDB_DOMAIN;
	cdb->used += PLACE + (size_t)len;
	return is_line(*line + key.len, lengths.second) ? MAPCDB_LINE
	    : MAPCDB_DAMAGED;
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
    enum mapblock_answer answer, const char **what)
{
	const struct mapblock *blocks = &cdb->blocks;
	int saved = errno;
	struct stat st;

	if (stat(text, &st) == -1)
		return MAPCDB_ABSENT;	/* so there is no map at all */
	if (is_older(&blocks->stamp, &st))
		return MAPCDB_STALE;
	errno = saved;
	*what = answer == MAPBLOCK_NO_MEMORY ? "no memory to read it"
	    : mapcdb_damaged;
	if (answer != MAPBLOCK_OPEN)
		return MAPCDB_BAD;
	return maptrailer_fits(&blocks->trailer, &st) ? MAPCDB_OPEN
	    : MAPCDB_STALE;
}

enum mapcdb_state
mapcdb_open(struct mapcdb *cdb, const char *path, const char *text,
    const char **what)
{
	enum mapblock_answer answer = mapblock_open(&cdb->blocks, path);

	cdb->used = 0;
	if (answer == MAPBLOCK_NONE)
		return MAPCDB_ABSENT;
	enum mapcdb_state state = compare(cdb, text, answer, what);
	if (answer == MAPBLOCK_OPEN && state != MAPCDB_OPEN)
		mapblock_close(&cdb->blocks);
	return state;
}

void
mapcdb_close(struct mapcdb *cdb)
{
	mapblock_close(&cdb->blocks);
}

bool
mapcdb_same(const struct mapcdb *cdb, const char *path, const char *text)
{
	struct stat st;

	return mapfile_still(&cdb->blocks.stamp, path) &&
	    stat(text, &st) == 0 &&
	    maptrailer_fits(&cdb->blocks.trailer, &st);
}
