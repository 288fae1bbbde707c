/* maptrailer.c - what a compiled user map has behind its cdb. */

#include "maptrailer.h"

#include <string.h>

#include "span.h"

static const unsigned char magic[8] = "smtpmap1";

void
maptrailer_put_word(uint64_t word, unsigned char at[8])
{
	for (int i = 0; i < 8; i++)
		at[i] = (unsigned char)(word >> 8 * i);
}

uint64_t
maptrailer_get_word(const unsigned char at[8])
{
	return (uint64_t)at[0] | (uint64_t)at[1] << 8 |
	    (uint64_t)at[2] << 16 | (uint64_t)at[3] << 24 |
	    (uint64_t)at[4] << 32 | (uint64_t)at[5] << 40 |
	    (uint64_t)at[6] << 48 | (uint64_t)at[7] << 56;
}

/* One to one in each of both. */
static uint64_t
mix(uint64_t h, uint64_t word)
{
	h = (h ^ word) * 0x9e3779b97f4a7c15;	/* 2^64 by the golden ratio */
	return h ^ h >> 32;
}

static uint64_t
sum(uint64_t h, const unsigned char *at, size_t len)
{
	unsigned char last[8] = { 0 };

	h = mix(h, len);
	for (; len >= 8; at += 8, len -= 8)
		h = mix(h, maptrailer_get_word(at));
	memcpy(last, at, len);
	return mix(mix(h, maptrailer_get_word(last)), 0);
}

uint64_t
maptrailer_sum(const struct maptrailer *t, uint64_t block, const void *at,
    size_t len)
{
	return sum(mix(t->seed, block), at, len);
}

uint64_t
maptrailer_blocks(const struct maptrailer *t)
{
	return t->size / MAPTRAILER_BLOCK + (t->size % MAPTRAILER_BLOCK != 0);
}

void
maptrailer_set(struct maptrailer *t, const struct stat *text)
{
	t->text[0] = (uint64_t)text->st_size;
	t->text[1] = (uint64_t)text->st_mtim.tv_sec;
	t->text[2] = (uint64_t)text->st_mtim.tv_nsec;
	t->text[3] = (uint64_t)text->st_ctim.tv_sec;
	t->text[4] = (uint64_t)text->st_ctim.tv_nsec;
}

bool
maptrailer_fits(const struct maptrailer *t, const struct stat *text)
{
	struct maptrailer wanted;

	maptrailer_set(&wanted, text);
	return memcmp(wanted.text, t->text, sizeof t->text) == 0;
}

enum { SUMMED = MAPTRAILER_SIZE - 8 };

void
maptrailer_put(const struct maptrailer *t, unsigned char at[MAPTRAILER_SIZE])
{
	memcpy(at, magic, sizeof magic);
	maptrailer_put_word(t->size, at + 8);
	maptrailer_put_word(t->seed, at + 16);
	for (size_t i = 0; i < countof(t->text); i++)
		maptrailer_put_word(t->text[i], at + 24 + 8 * i);
	maptrailer_put_word(sum(0, at, SUMMED), at + SUMMED);
}

bool
maptrailer_get(struct maptrailer *t, const unsigned char at[MAPTRAILER_SIZE])
{
	if (memcmp(at, magic, sizeof magic) != 0 ||
	    maptrailer_get_word(at + SUMMED) != sum(0, at, SUMMED))
		return false;
	t->size = maptrailer_get_word(at + 8);
	t->seed = maptrailer_get_word(at + 16);
	for (size_t i = 0; i < countof(t->text); i++)
		t->text[i] = maptrailer_get_word(at + 24 + 8 * i);
	return true;
}
