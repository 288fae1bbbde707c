/* mapimage.c - a compiled user map, of which only those parts are in memory
 * that somebody asked for. */

#include "mapimage.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mapfile.h"

static bool
read_at(const struct mapimage *image, void *at, size_t len, uint64_t from)
{
	errno = 0;
	return mapfile_pread(image->fd, at, len, (off_t)from) == (ssize_t)len;
}

/* The file is as long as its trailer wants; a cdb has at most 4 GiB. */
static bool
has_length(const struct mapimage *image)
{
	const struct maptrailer *t = &image->trailer;

	return t->size > 0 && t->size <= UINT32_MAX &&
	    (uint64_t)image->stamp.st_size == t->size +
	    maptrailer_blocks(t) * MAPTRAILER_SUM + MAPTRAILER_SIZE;
}

static bool
read_trailer(struct mapimage *image)
{
	unsigned char bytes[MAPTRAILER_SIZE];
	uint64_t length = (uint64_t)image->stamp.st_size;

	errno = 0;
	return S_ISREG(image->stamp.st_mode) && length > sizeof bytes &&
	    read_at(image, bytes, sizeof bytes, length - sizeof bytes) &&
	    maptrailer_get(&image->trailer, bytes) && has_length(image);
}

/* The blocks, and behind them the bits that say which are there. */
static uint64_t
room(const struct mapimage *image)
{
	uint64_t blocks = maptrailer_blocks(&image->trailer);

	return blocks * MAPTRAILER_BLOCK + blocks / 8 + 1;
}

/* NORESERVE: nearly none of it will be touched. */
static bool
allocate(struct mapimage *image)
{
	uint64_t blocks = maptrailer_blocks(&image->trailer);

	errno = ENOMEM;
	if (room(image) > SIZE_MAX)
		return false;
	void *at = mmap(NULL, (size_t)room(image), PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (at == MAP_FAILED)
		return false;
	image->at = at;
	image->there = (unsigned char *)at + blocks * MAPTRAILER_BLOCK;
	return true;
}

static enum mapimage_answer
prepare(struct mapimage *image)
{
	if (fstat(image->fd, &image->stamp) == -1)
		return MAPIMAGE_NONE;
	if (!read_trailer(image))
		return MAPIMAGE_DAMAGED;
	return allocate(image) ? MAPIMAGE_OPEN : MAPIMAGE_NO_MEMORY;
}

enum mapimage_answer
mapimage_open(struct mapimage *image, const char *path)
{
	*image = (struct mapimage){ .fd = mapfile_open(path) };
	if (image->fd == -1)
		return MAPIMAGE_NONE;
	enum mapimage_answer answer = prepare(image);
	if (answer != MAPIMAGE_OPEN) {
		int saved = errno;

		close(image->fd);
		errno = saved;
	}
	return answer;
}

void
mapimage_close(struct mapimage *image)
{
	if (image->at != NULL) {
		munmap(image->at, (size_t)room(image));
		close(image->fd);
	}
	*image = (struct mapimage){ 0 };
}

static bool
read_block(struct mapimage *image, uint64_t block)
{
	const struct maptrailer *t = &image->trailer;
	uint64_t from = block * MAPTRAILER_BLOCK, left = t->size - from;
	size_t len = left < MAPTRAILER_BLOCK ? (size_t)left : MAPTRAILER_BLOCK;
	unsigned char sum[MAPTRAILER_SUM];

	return read_at(image, sum, sizeof sum, t->size + block * sizeof sum) &&
	    read_at(image, image->at + from, len, from) &&
	    maptrailer_sum(t, block, image->at + from, len) ==
	    maptrailer_get_word(sum);
}

static bool
need_block(struct mapimage *image, uint64_t block)
{
	unsigned char *bits = &image->there[block / 8];
	unsigned char bit = (unsigned char)(1 << block % 8);

	if ((*bits & bit) != 0)
		return true;
	if (!read_block(image, block))
		return false;
	*bits |= bit;
	return true;
}

bool
mapimage_need(struct mapimage *image, uint64_t from, uint64_t len)
{
	errno = 0;
	if (from > image->trailer.size || len > image->trailer.size - from)
		return false;
	if (len == 0)
		return true;
	for (uint64_t i = from / MAPTRAILER_BLOCK;
	    i <= (from + len - 1) / MAPTRAILER_BLOCK; i++)
		if (!need_block(image, i))
			return false;
	return true;
}
