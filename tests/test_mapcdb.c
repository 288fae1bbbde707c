/* test_mapcdb.c - compiled maps that nobody has compiled: their sums are
 * right, their numbers are not. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../smtp-receive/mapcdb.h"
#include "suite.h"

/* One record, a@b, and its table of two slots. */
enum {
	RECORD	= 2048,
	KEY	= RECORD + 8,
	DATA	= KEY + 3,
	TABLE	= DATA + 6,
	SIZE	= TABLE + 16,
	BEYOND	= 0x7fffffff,
	HASH	= 0x7ffffffe,	/* that of a@b, in a row */
};

static unsigned char cdb[SIZE];
static char directory[64], text[80], file[80];
static struct mapcdb map;

static uint32_t
hash_of(const char *key)
{
	uint32_t h = 5381;

	for (; *key != '\0'; key++)
		h = h * 33 ^ (unsigned char)*key;
	return h;
}

static void
put(size_t at, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		cdb[at + (size_t)i] = (unsigned char)(n >> 8 * i);
}

static size_t
header(void)
{
	return hash_of("a@b") % 256 * 8;
}

static size_t
slot(void)
{
	return TABLE + hash_of("a@b") / 256 % 2 * 8;
}

static void
make(void)
{
	memset(cdb, 0, sizeof cdb);
	put(header(), TABLE);
	put(header() + 4, 2);
	put(RECORD, 3);
	put(RECORD + 4, 6);
	memcpy(cdb + KEY, "a@b /m\n7\n", 9);
	put(slot(), hash_of("a@b"));
	put(slot() + 4, RECORD);
	snprintf(directory, sizeof directory, "/tmp/mapcdb.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(text, sizeof text, "%s/users", directory);
	snprintf(file, sizeof file, "%s/users.cdb", directory);
	int fd = open(text, O_WRONLY | O_CREAT, 0600);
	ck_assert_int_eq(close(fd), 0);
}

static void
discard(void)
{
	mapcdb_close(&map);
	unlink(text);
	unlink(file);
	ck_assert_int_eq(rmdir(directory), 0);
}

/* size: what the trailer says of the cdb's. */
static void
save(uint64_t size)
{
	struct maptrailer trailer = { .size = size, .seed = 1 };
	unsigned char sum[MAPTRAILER_SUM], bytes[MAPTRAILER_SIZE];
	struct stat st;

	ck_assert_int_eq(stat(text, &st), 0);
	maptrailer_set(&trailer, &st);
	maptrailer_put_word(maptrailer_sum(&trailer, 0, cdb, SIZE), sum);
	maptrailer_put(&trailer, bytes);
	FILE *out = fopen(file, "w");
	ck_assert_ptr_nonnull(out);
	fwrite(cdb, 1, sizeof cdb, out);
	fwrite(sum, 1, sizeof sum, out);
	fwrite(bytes, 1, sizeof bytes, out);
	ck_assert_int_eq(fclose(out), 0);
}

static enum mapcdb_entry
find(const char *key, char **line)
{
	const char *what;

	save(SIZE);
	ck_assert_int_eq(mapcdb_open(&map, file, text, &what), MAPCDB_OPEN);
	return mapcdb_find(&map, span_of(key), line);
}

START_TEST(what_is_there)
{
	char *line;

	ck_assert_int_eq(find("a@b", &line), MAPCDB_LINE);
	ck_assert_int_eq(memcmp(line, "a@b /m\n7\n", 9), 0);
	ck_assert_int_eq(mapcdb_find(&map, span_of("c@b"), &line),
	    MAPCDB_NONE);
	put(RECORD + 4, 0);
	mapcdb_close(&map);
	ck_assert_int_eq(find("a@b", &line), MAPCDB_DOMAIN);
}
END_TEST

static const struct wrong {
	const char *title;
	enum { IN_HEADER, IN_SLOT, IN_RECORD, IN_DATA } where;
	uint32_t first, second;		/* both, or these bytes: */
	const char *data;		/* six of them */
	enum mapcdb_entry found;
} wrongs[] = {
	{ "a table of no slots has nothing", IN_HEADER, BEYOND, 0, NULL,
	  MAPCDB_NONE },
	{ "a table behind the end", IN_HEADER, BEYOND, 2, NULL,
	  MAPCDB_DAMAGED },
	{ "one that begins in the last bytes", IN_HEADER, SIZE - 4, 2, NULL,
	  MAPCDB_DAMAGED },
	{ "so many slots that their place has more than 32 bits", IN_HEADER,
	  TABLE, 0xffffffff, NULL, MAPCDB_DAMAGED },
	{ "a free slot ends the search", IN_SLOT, HASH, 0, NULL, MAPCDB_NONE },
	{ "another hash", IN_SLOT, 1, RECORD, NULL, MAPCDB_NONE },
	{ "a record behind the end", IN_SLOT, HASH, BEYOND, NULL,
	  MAPCDB_DAMAGED },
	{ "one whose lengths are cut", IN_SLOT, HASH, SIZE - 7, NULL,
	  MAPCDB_DAMAGED },
	{ "one whose place and length have more than 32 bits", IN_SLOT, HASH,
	  0xffffffff, NULL, MAPCDB_DAMAGED },
	{ "another key's length", IN_RECORD, 4, 6, NULL, MAPCDB_NONE },
	{ "data behind the end", IN_RECORD, 3, BEYOND, NULL,
	  MAPCDB_DAMAGED },
	{ "data of more than 32 bits with their place", IN_RECORD, 3,
	  0xffffffff, NULL, MAPCDB_DAMAGED },
	{ "data without its last line end", IN_RECORD, 3, 5, NULL,
	  MAPCDB_DAMAGED },
	{ "data without a number", IN_RECORD, 3, 4, NULL, MAPCDB_DAMAGED },
	{ "data that is one line end", IN_RECORD, 3, 1, NULL,
	  MAPCDB_DAMAGED },
	{ "data that begins without white space", IN_DATA, 0, 0, "x/m\n7\n",
	  MAPCDB_DAMAGED },
	{ "data without a line", IN_DATA, 0, 0, "\n1234\n", MAPCDB_DAMAGED },
	{ "a number that is none", IN_DATA, 0, 0, " /m\nx\n",
	  MAPCDB_DAMAGED },
	{ "two lines in front of it", IN_DATA, 0, 0, " a\nb\n\n",
	  MAPCDB_DAMAGED },
	{ "no line end at all", IN_DATA, 0, 0, " /mmmm", MAPCDB_DAMAGED },
};

START_TEST(wrong)
{
	const struct wrong *w = &wrongs[_i];
	size_t at = w->where == IN_HEADER ? header() :
	    w->where == IN_SLOT ? slot() : RECORD;
	char *line;

	if (w->data != NULL)
		memcpy(cdb + DATA, w->data, 6);
	else {
		put(at, w->first == HASH ? hash_of("a@b") : w->first);
		put(at + 4, w->second);
	}
	ck_assert_msg(find("a@b", &line) == w->found, "%s", w->title);
}
END_TEST

/* The key of the record is the end of the file, or goes beyond it. */
START_TEST(a_key_at_the_end)
{
	char *line;

	put(slot() + 4, SIZE - 8 - 2);
	put(SIZE - 10, 3);
	ck_assert_int_eq(find("a@b", &line), MAPCDB_DAMAGED);
}
END_TEST

START_TEST(another_key_of_the_same_hash)
{
	char *line;

	memcpy(cdb + KEY, "x@b", 3);
	ck_assert_int_eq(find("a@b", &line), MAPCDB_NONE);
}
END_TEST

START_TEST(a_table_without_a_free_slot_is_searched_once)
{
	char *line;

	for (size_t i = 0; i < 2; i++) {
		put(TABLE + 8 * i, 1);
		put(TABLE + 8 * i + 4, RECORD);
	}
	ck_assert_int_eq(find("a@b", &line), MAPCDB_DAMAGED);
}
END_TEST

/* A search that goes on for ever would be stopped elsewhere. */
START_TEST(the_room_for_lines_has_an_end)
{
	enum mapcdb_entry entry;
	char *line;
	int n = 0;

	for (entry = find("a@b", &line); entry == MAPCDB_LINE; n++)
		entry = mapcdb_find(&map, span_of("a@b"), &line);
	ck_assert_int_eq(entry, MAPCDB_DAMAGED);
	ck_assert_int_gt(n, 10000);
	mapcdb_forget(&map);
	ck_assert_int_eq(mapcdb_find(&map, span_of("a@b"), &line),
	    MAPCDB_LINE);
}
END_TEST

static const uint64_t sizes[] = {
	0, SIZE - 1, SIZE + 1, MAPTRAILER_BLOCK, UINT32_MAX, UINT64_MAX,
};

START_TEST(a_trailer_for_another_size)
{
	const char *what = NULL;

	save(sizes[_i]);
	ck_assert_int_eq(mapcdb_open(&map, file, text, &what), MAPCDB_BAD);
	ck_assert_ptr_eq(what, mapcdb_damaged);
	ck_assert_ptr_null(map.blocks.at);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("mapcdb");
	TCase *tc = tcase_create("mapcdb");

	tcase_add_checked_fixture(tc, make, discard);
	tcase_add_test(tc, what_is_there);
	tcase_add_loop_test(tc, wrong, 0, countof(wrongs));
	tcase_add_test(tc, a_key_at_the_end);
	tcase_add_test(tc, another_key_of_the_same_hash);
	tcase_add_test(tc, a_table_without_a_free_slot_is_searched_once);
	tcase_add_test(tc, the_room_for_lines_has_an_end);
	tcase_add_loop_test(tc, a_trailer_for_another_size, 0,
	    countof(sizes));
	suite_add_tcase(s, tc);
	return s;
}
