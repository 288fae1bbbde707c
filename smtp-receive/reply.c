/* reply.c - everything the program can say to a client. */

#include "reply.h"

#include <string.h>

#include "limit.h"

static const struct {
	unsigned code;
	const char *status, *text;
} replies[] = {
#define REPLY(name, code, status, text) { code, status, text },
	REPLIES(REPLY)
#undef REPLY
};

unsigned
reply_code(enum reply reply)
{
	return replies[reply].code;
}

const char *
reply_status(enum reply reply)
{
	return replies[reply].status;
}

const char *
reply_text(enum reply reply)
{
	return replies[reply].text;
}

/* A line in the making: what does not fit is cut. */
struct writing {
	char *at;
	size_t used, room;
};

static void
add(struct writing *w, struct span s)
{
	size_t len = s.len < w->room - w->used ? s.len : w->room - w->used;

	memcpy(w->at + w->used, s.at, len);
	w->used += len;
}

/* The reply's own text, with words for its %s if it has one. */
static void
add_text(struct writing *w, const char *text, const char *words)
{
	const char *mark = strstr(text, "%s");

	if (mark == NULL) {
		add(w, span_of(text));
		return;
	}
	add(w, (struct span){ text, (size_t)(mark - text) });
	add(w, span_of(words));
	add(w, span_of(mark + 2));
}

size_t
reply_write(enum reply reply, const char *words, const char *text,
    const char *id, char *at, size_t size)
{
	static const struct span id_start = { " [", 2 }, id_end = { "]", 1 };
	static const struct span line_end = { "\r\n", 2 }, space = { " ", 1 };
	struct span name = { id, replies[reply].code >= 400 ? strlen(id) : 0 };
	size_t tail = line_end.len + (name.len == 0 ? 0
	    : id_start.len + name.len + id_end.len);
	struct writing w = { at, 0, size < MAX_REPLY ? size : MAX_REPLY };
	char digits[SPAN_DECIMAL];

	w.room -= tail;
	add(&w, span_decimal(replies[reply].code, digits));
	add(&w, space);
	if (replies[reply].status[0] != '\0') {
		add(&w, span_of(replies[reply].status));
		add(&w, space);
	}
	/* A text from the map is said as it is: a % in it means nothing. */
	if (text != NULL && text[0] != '\0')
		add(&w, span_of(text));
	else
		add_text(&w, replies[reply].text, words);
	w.room += tail;
	if (name.len > 0) {
		add(&w, id_start);
		add(&w, name);
		add(&w, id_end);
	}
	add(&w, line_end);
	return w.used;
}
