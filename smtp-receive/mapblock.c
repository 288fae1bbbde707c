/* mapblock.c - the bytes of a compiled user map, none of which is believed
 * before the sum of its block was found right. */

#include "mapblock.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mapfile.h"

static bool
read_at(const struct mapblock *b, void *at, size_t len, uint64_t from)
{
	errno = 0;
	return mapfile_pread(b->fd, at, len, (off_t)from) == (ssize_t)len;
}

/* The file is as long as its trailer wants; a cdb has at most 4 GiB. */
static bool
has_length(const struct mapblock *b)
{
	const struct maptrailer *t = &b->trailer;

	return t->size > 0 && t->size <= UINT32_MAX &&
	    (uint64_t)b->stamp.st_size == t->size +
	    maptrailer_blocks(t) * MAPTRAILER_SUM + MAPTRAILER_SIZE;
}

static bool
read_trailer(struct mapblock *b)
{
	unsigned char bytes[MAPTRAILER_SIZE];
	uint64_t length = (uint64_t)b->stamp.st_size;

	errno = 0;
	return length > sizeof bytes &&
	    read_at(b, bytes, sizeof bytes, length - sizeof bytes) &&
	    maptrailer_get(&b->trailer, bytes) && has_length(b);
}

/* Both blocks and the room: a mapping so small that the page tables are there,
 * mostly, which cost more than its pages. */
enum { PAGES = 3 * MAPTRAILER_BLOCK };

static bool
allocate(struct mapblock *b)
{
	void *at = mmap(NULL, PAGES, PROT_READ | PROT_WRITE, MAP_PRIVATE |
	    MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (at == MAP_FAILED)
		return false;
	b->at = at;
	b->room = b->at + 2 * MAPTRAILER_BLOCK;
	b->size = MAPTRAILER_BLOCK;
	return true;
}

/* NORESERVE: nearly none of it will be touched. */
bool
mapblock_enlarge(struct mapblock *b, size_t more)
{
	size_t size = (size_t)b->trailer.size + more;
	void *at = size < more ? MAP_FAILED : mmap(NULL, size, PROT_READ |
	    PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		return false;
	b->room = at;
	b->size = size;
	b->large = true;
	return true;
}

static enum mapblock_answer
prepare(struct mapblock *b)
{
	if (fstat(b->fd, &b->stamp) == -1)
		return MAPBLOCK_NONE;
	if (!read_trailer(b))
		return MAPBLOCK_DAMAGED;
	return allocate(b) ? MAPBLOCK_OPEN : MAPBLOCK_NO_MEMORY;
}

enum mapblock_answer
mapblock_open(struct mapblock *b, const char *path)
{
	*b = (struct mapblock){ .fd = mapfile_open(path) };
	if (b->fd == -1)
		return MAPBLOCK_NONE;
	enum mapblock_answer answer = prepare(b);
	if (answer != MAPBLOCK_OPEN) {
		int saved = errno;

		close(b->fd);
		errno = saved;
	}
	return answer;
}

void
mapblock_close(struct mapblock *b)
{
	if (b->large)
		munmap(b->room, b->size);
	if (b->at != NULL) {
		munmap(b->at, PAGES);
		close(b->fd);
	}
	*b = (struct mapblock){ 0 };
}

static bool
read_block(struct mapblock *b, uint64_t number, char *at)
{
	const struct maptrailer *t = &b->trailer;
	uint64_t from = number * MAPTRAILER_BLOCK, left = t->size - from;
	size_t len = left < MAPTRAILER_BLOCK ? (size_t)left : MAPTRAILER_BLOCK;
	unsigned char sum[MAPTRAILER_SUM];

	return read_at(b, sum, sizeof sum, t->size + number * sizeof sum) &&
	    read_at(b, at, len, from) &&
	    maptrailer_sum(t, number, at, len) == maptrailer_get_word(sum);
}

/* Where that block is now; NULL, with errno, if it cannot be had. */
static const char *
need(struct mapblock *b, uint64_t number)
{
	char *other = b->at + MAPTRAILER_BLOCK;

	if (number == 0) {
		b->first = b->first || read_block(b, 0, b->at);
		return b->first ? b->at : NULL;
	}
	if (number != b->other) {
		b->other = 0;
		if (!read_block(b, number, other))
			return NULL;
		b->other = number;
	}
	return other;
}

bool
mapblock_read(struct mapblock *b, uint64_t from, void *to, size_t len)
{
	char *at = to;

	errno = 0;
	if (from > b->trailer.size || len > b->trailer.size - from)
		return false;
	while (len > 0) {
		size_t skip = (size_t)(from % MAPTRAILER_BLOCK);
		size_t n = MAPTRAILER_BLOCK - skip;
		const char *block = need(b, from / MAPTRAILER_BLOCK);

		if (block == NULL)
			return false;
		if (n > len)
			n = len;
		memcpy(at, block + skip, n);
		at += n;
		from += n;
		len -= n;
	}
	return true;
}
