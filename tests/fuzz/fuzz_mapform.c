/* fuzz_mapform.c - any bytes as a compiled user map, any bytes as an address.
 *
 * The first line of the input is the address.  The rest is the cdb, and gets
 * the trailer that it should have; or, if the address begins with '!', which
 * then is not part of it, it is the whole file, with its own sums, and a
 * trailer that is one only gets the stamp of the text. */

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "found.h"

int LLVMFuzzerTestOneInput(const unsigned char *, size_t);

static void
stamp(struct maptrailer *trailer)
{
	struct stat st;

	check(stat(found_file("users"), &st) == 0);
	maptrailer_set(trailer, &st);
}

static void
write_all(int fd, const void *at, size_t len)
{
	check(write(fd, at, len) == (ssize_t)len);
}

static void
write_trailer(const char *at, size_t size)
{
	struct maptrailer trailer = { .size = size, .seed = 7 };
	unsigned char bytes[MAPTRAILER_SIZE], sum[MAPTRAILER_SUM];
	int fd = open(found_file("users.cdb"), O_WRONLY | O_APPEND);

	check(fd != -1);
	for (size_t i = 0; i < maptrailer_blocks(&trailer); i++) {
		size_t from = i * MAPTRAILER_BLOCK, left = size - from;

		maptrailer_put_word(maptrailer_sum(&trailer, i, at + from,
		    left < MAPTRAILER_BLOCK ? left : MAPTRAILER_BLOCK), sum);
		write_all(fd, sum, sizeof sum);
	}
	stamp(&trailer);
	maptrailer_put(&trailer, bytes);
	write_all(fd, bytes, sizeof bytes);
	close(fd);
}

static void
mend_trailer(const char *at, size_t size)
{
	unsigned char bytes[MAPTRAILER_SIZE];
	struct maptrailer trailer;

	if (size < sizeof bytes)
		return;
	memcpy(bytes, at + size - sizeof bytes, sizeof bytes);
	if (!maptrailer_get(&trailer, bytes))
		return;
	stamp(&trailer);
	maptrailer_put(&trailer, bytes);
	int fd = open(found_file("users.cdb"), O_WRONLY);
	check(pwrite(fd, bytes, sizeof bytes, (off_t)(size - sizeof bytes)) ==
	    sizeof bytes);
	close(fd);
}

static void
find(struct usermap *map, struct span address)
{
	static struct finding found;

	usermap_find(map, address, &found);
	found_check(map, &found);
}

static void
look(struct span address)
{
	struct usermap map = {
		.file = found_file("users"), .delimiters = "+-",
		.faults = { found_hear, NULL },
		.users = { found_user, NULL, 1000 },
	};
	struct timespec now = { 0 };

	usermap_open(&map, &now);
	check(map.form != USERMAP_TEXT);
	find(&map, address);
	find(&map, span_of("a@b"));
	find(&map, span_of("postmaster"));
	usermap_close(&map);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	const char *text = (const char *)data;
	const char *end = size == 0 ? NULL : memchr(text, '\n', size);
	static bool made;

	if (end == NULL)
		return 0;
	struct span address = { text, (size_t)(end - text) };
	size_t rest = size - address.len - 1;
	if (!made)
		found_write("users", "a@b /m\n", 7);
	made = true;
	found_write("users.cdb", end + 1, rest);
	if (span_skip(&address, "!"))
		mend_trailer(end + 1, rest);
	else
		write_trailer(end + 1, rest);
	look(address);
	return 0;
}
