/* maptext.c - the text form of the user map, read and indexed. */

#include "maptext.h"

#include <errno.h>
#include <stdio.h>

#include "mapline.h"
#include "mapreader.h"

/* The lines of a text, and who is told of their faults. */
struct lines {
	struct maptext *text;
	const char *path;
	const struct mapfaults *faults;
	unsigned long most;
};

static void
fault(const struct lines *l, unsigned long line, const char *what,
    struct span wrong)
{
	if (l->text->faults++ >= l->most)
		return;
	if (wrong.len > 0)
		mapfault_wrong(l->faults, l->path, line, what, wrong);
	else
		mapfault_tell(l->faults, l->path, line, what, 0);
}

static void
tell_rest(const struct lines *l)
{
	char text[64];

	if (l->text->faults <= l->most)
		return;
	int n = snprintf(text, sizeof text, "and %lu more faults",
	    l->text->faults - l->most);
	mapfault_tell(l->faults, l->path, 0, n > 0 &&
	    (size_t)n < sizeof text ? text : "and more", 0);
}

/* A line with a good key and bad targets is entered, too: where this mail
 * goes is not known, but not to where its domain's line says. */
static void
read_line(const struct lines *l, const struct mapreader *r)
{
	struct mapline line;
	const char *what = mapline_parse(r->at, r->len, &line);

	if (what != NULL)
		fault(l, r->number, what, line.wrong);
	if (line.key.len > 0 &&
	    !mapindex_enter(&l->text->index, line.key, line.domain))
		fault(l, r->number, "a line for this address stands above; "
		    "join the two", line.key);
}

void
maptext_enter(struct maptext *text, const char *path,
    const struct mapfaults *faults, unsigned long most)
{
	const struct lines lines = { text, path, faults, most };
	struct span none = { 0 };
	struct mapreader r;

	mapreader_open(&r, text->file.text, text->file.size);
	while (mapreader_next(&r)) {
		if (r.what != NULL)
			fault(&lines, r.where, r.what, none);
		if (r.len > 0)
			read_line(&lines, &r);
	}
	text->cut = r.end < text->file.text + text->file.size;
	if (text->cut)
		fault(&lines, r.line + 1, "the last line has no line end: is "
		    "somebody writing the file?", none);
	tell_rest(&lines);
}

/* Behind the text, where that has left enough. */
static int
open_index(struct maptext *text)
{
	const size_t slot = sizeof *text->index.slots;
	size_t used = !text->file.spared ? 0 :
	    (text->file.size + slot) / slot * slot;

	return mapindex_open(&text->index, text->file.text, text->file.size,
	    (uint32_t *)(void *)(text->spare + used),
	    (sizeof text->spare - used) / slot);
}

/* All but the spare memory, most of which nobody has touched yet. */
static void
clear(struct maptext *text)
{
	text->file = (struct mapfile){ 0 };
	text->index = (struct mapindex){ 0 };
	text->faults = 0;
	text->cut = false;
}

const char *
maptext_open(struct maptext *text, const char *path)
{
	clear(text);
	const char *what = mapfile_read(&text->file, path, text->spare,
	    sizeof text->spare);

	if (what == NULL && open_index(text) == -1)
		what = "no memory for its index";
	if (what != NULL) {
		int saved = errno;

		maptext_close(text);
		errno = saved;
	}
	return what;
}

void
maptext_close(struct maptext *text)
{
	mapindex_close(&text->index);
	mapfile_close(&text->file);
	clear(text);
}
