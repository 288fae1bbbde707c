/* mapindex.c - where in the user map's text a key stands: a hash table with
 * open addressing. */

#include "mapindex.h"

#include <string.h>
#include <sys/mman.h>

#include "mapline.h"
#include "mapmemory.h"

static uint64_t
word_at(const char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof word);
	return word;
}

/* Eight bytes at a time: musl's memchr costs three times as much on lines. */
static size_t
count_lines(const char *text, size_t size)
{
	const uint64_t ones = 0x0101010101010101, low = ones * 0x7f;
	size_t n = 0, i = 0;

	for (; i + 8 <= size; i += 8) {
		/* The top bit of each byte of other: is it no line end? */
		uint64_t w = word_at(text + i) ^ ones * '\n';
		uint64_t other = ((w & low) + low) | w;

		n += ((~other >> 7 & ones) * ones) >> 56;
	}
	for (; i < size; i++)
		n += text[i] == '\n';
	return n;
}

int
mapindex_open(struct mapindex *index, char *text, size_t size, uint32_t *spare,
    size_t most)
{
	/* A line has two keys at most: a third of the slots stays free. */
	size_t enough = 3 * count_lines(text, size) + 1, count = 64;

	while (count < enough)
		count *= 2;
	*index = (struct mapindex){ text, size, spare, count, count <= most };
	if (index->spared) {
		memset(spare, 0, count * sizeof *spare);
		return 0;
	}
	void *slots = mapmemory_take(count * sizeof *spare);
	if (slots == NULL) {
		*index = (struct mapindex){ 0 };
		return -1;
	}
	index->slots = slots;
	return 0;
}

void
mapindex_close(struct mapindex *index)
{
	if (index->slots != NULL && !index->spared)
		munmap(index->slots, index->count * sizeof *index->slots);
	*index = (struct mapindex){ 0 };
}

static uint64_t
mix(uint64_t h, uint64_t word)
{
	h = (h ^ word) * 0x9e3779b97f4a7c15;	/* 2^64 by the golden ratio */
	return h ^ h >> 32;
}

/* Eight bytes at a time; the last eight may overlap those before.  The map is
 * its admin's own: nobody gains by keys that collide. */
static size_t
hash(struct span key)
{
	uint64_t h = key.len, word = 0;

	for (size_t i = 0; i + 8 < key.len; i += 8)
		h = mix(h, word_at(key.at + i));
	if (key.len >= 8)
		word = word_at(key.at + key.len - 8);
	else
		for (size_t i = 0; i < key.len; i++)
			word = word << 8 | (unsigned char)key.at[i];
	return (size_t)mix(h, word);
}

/* memcmp of musl goes byte by byte. */
static bool
same(const char *a, const char *b, size_t len)
{
	for (; len >= 8; a += 8, b += 8, len -= 8)
		if (word_at(a) != word_at(b))
			return false;
	while (len > 0 && *a == *b)
		a++, b++, len--;
	return len == 0;
}

static bool
has_key(const struct mapindex *index, uint32_t slot, struct span key)
{
	const char *at = index->text + slot - 1, *end = at + key.len;

	if (key.len >= index->size - (slot - 1))
		return false;
	return (mapline_white(*end) || *end == '\n') &&
	    same(at, key.at, key.len);
}

uint32_t *
mapindex_slot(const struct mapindex *index, struct span key)
{
	for (size_t i = hash(key);; i++) {
		uint32_t *slot = &index->slots[i & (index->count - 1)];

		if (*slot == 0 || has_key(index, *slot, key))
			return slot;
	}
}

char *
mapindex_line(const struct mapindex *index, const uint32_t *slot)
{
	if (*slot == 0 || (*slot > 1 && index->text[*slot - 2] != '\n'))
		return NULL;
	return index->text + *slot - 1;
}

static void
put(const struct mapindex *index, uint32_t *slot, struct span key)
{
	*slot = (uint32_t)(key.at - index->text) + 1;
}

bool
mapindex_enter(struct mapindex *index, struct span key, struct span domain)
{
	uint32_t *slot = mapindex_slot(index, key);

	if (mapindex_line(index, slot) != NULL)
		return false;
	put(index, slot, key);
	slot = mapindex_slot(index, domain);
	if (domain.len > 0 && *slot == 0)
		put(index, slot, domain);
	return true;
}
