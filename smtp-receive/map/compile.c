/* compile.c - the text of a user map, made a compiled one. */

#include "compile.h"

#include <cdb.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "../mapline.h"
#include "../mapreader.h"
#include "../maptrailer.h"

/* The text on its way into the cdb. */
struct work {
	struct maptext *text;
	struct cdb_make cdb;
	char *data;		/* of one record: room for any line's */
};

static char *
put(char *at, struct span s)
{
	memcpy(at, s.at, s.len);
	return at + s.len;
}

/* " TARGETS\n17\n": its length in w->data. */
static size_t
put_data(struct work *w, struct span rest, unsigned long line)
{
	char digits[SPAN_DECIMAL];
	char *at = put(w->data, span_of(" "));

	at = put(put(at, rest), span_of("\n"));
	at = put(put(at, span_decimal(line, digits)), span_of("\n"));
	return (size_t)(at - w->data);
}

static int
add(struct work *w, struct span key, size_t len)
{
	return cdb_make_add(&w->cdb, key.at, (unsigned)key.len, w->data,
	    (unsigned)len);
}

/* Of the lines of a domain without a line of its own, the index has the
 * first. */
static bool
stands_for_domain(const struct work *w, struct span domain)
{
	const struct mapindex *index = &w->text->index;

	return domain.len > 0 && *mapindex_slot(index, domain) ==
	    (size_t)(domain.at - index->text) + 1;
}

static int
add_line(struct work *w, const struct mapreader *r)
{
	struct mapline line;

	(void)mapline_parse(r->at, r->len, &line);	/* it had no fault */
	const char *end = line.key.at + line.key.len;
	struct span rest = span_trim((struct span){ end,
	    (size_t)(r->at + r->len - end) });
	if (add(w, line.key, put_data(w, rest, r->number)) == -1)
		return -1;
	return line.domain.at != line.key.at &&
	    stands_for_domain(w, line.domain) ? add(w, line.domain, 0) : 0;
}

/* The text is read once more: what was put into normal form stays as it is,
 * and keeps its line's number. */
static int
add_lines(struct work *w)
{
	struct mapreader r;

	mapreader_open(&r, w->text->file.text, w->text->file.size);
	while (mapreader_next(&r))
		if (r.len > 0 && add_line(w, &r) == -1)
			return -1;
	return 0;
}

static int
write_cdb(struct work *w, int fd)
{
	if (cdb_make_start(&w->cdb, fd) == -1)
		return -1;
	if (add_lines(w) == -1) {
		int saved = errno;

		cdb_make_finish(&w->cdb);	/* only for its memory */
		errno = saved;
		return -1;
	}
	return cdb_make_finish(&w->cdb);
}

static int
write_all(int fd, const unsigned char *at, size_t len, off_t to)
{
	while (len > 0) {
		ssize_t n = pwrite(fd, at, len, to);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		at += n;
		len -= (size_t)n;
		to += n;
	}
	return 0;
}

/* The sums of all blocks, as the file has them, to sums. */
static int
sum_blocks(int fd, const struct maptrailer *t, unsigned char *sums)
{
	char block[MAPTRAILER_BLOCK];

	for (uint64_t i = 0; i < maptrailer_blocks(t); i++) {
		off_t from = (off_t)(i * sizeof block);
		ssize_t n = mapfile_pread(fd, block, sizeof block, from);

		if (n <= 0)
			return -1;
		maptrailer_put_word(maptrailer_sum(t, i, block, (size_t)n),
		    sums + i * MAPTRAILER_SUM);
	}
	return 0;
}

static int
write_trailer(int fd, const struct maptrailer *t)
{
	size_t sums = (size_t)maptrailer_blocks(t) * MAPTRAILER_SUM;
	unsigned char *bytes = malloc(sums + MAPTRAILER_SIZE);

	if (bytes == NULL)
		return -1;
	maptrailer_put(t, bytes + sums);
	int result = sum_blocks(fd, t, bytes);
	if (result == 0)
		result = write_all(fd, bytes, sums + MAPTRAILER_SIZE,
		    (off_t)t->size);
	free(bytes);
	return result;
}

static int
add_trailer(const struct maptext *text, int fd)
{
	struct maptrailer trailer;
	off_t size = lseek(fd, 0, SEEK_END);

	if (size == -1 || getrandom(&trailer.seed, sizeof trailer.seed, 0) !=
	    sizeof trailer.seed)
		return -1;
	trailer.size = (uint64_t)size;
	maptrailer_set(&trailer, &text->file.stamp);
	return write_trailer(fd, &trailer);
}

int
compile_text(struct maptext *text, int fd)
{
	/* White space, number, line ends. */
	enum { AROUND = 3 + SPAN_DECIMAL };
	struct work work = {
		.text = text,
		.data = malloc(text->file.size + AROUND),
	};

	if (work.data == NULL)
		return -1;
	int result = write_cdb(&work, fd);
	free(work.data);
	return result == 0 ? add_trailer(text, fd) : -1;
}
