/* reply.c - everything the program can say to a client. */

#include "reply.h"

#include <stdio.h>
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

/* Puts len octets behind the first used of at[size], as many as fit. */
static size_t
append(char *at, size_t used, size_t size, const char *octets, size_t len)
{
	if (len > size - used)
		len = size - used;
	memcpy(at + used, octets, len);
	return used + len;
}

/* text with words for its %s, if it has one. */
static size_t
append_text(char *at, size_t used, size_t size, const char *text,
    const char *words)
{
	const char *mark = strstr(text, "%s");
	size_t front = mark != NULL ? (size_t)(mark - text) : strlen(text);

	used = append(at, used, size, text, front);
	if (mark == NULL)
		return used;
	used = append(at, used, size, words, strlen(words));
	return append(at, used, size, mark + 2, strlen(mark + 2));
}

size_t
reply_write(enum reply reply, const char *words, const char *text,
    const char *id, char *at, size_t size)
{
	char end[MAX_ID + sizeof " []\r\n"];
	const char *status = replies[reply].status;
	unsigned code = replies[reply].code;
	bool said = text != NULL && text[0] != '\0';
	int len = snprintf(end, sizeof end, code < 400 ? "\r\n" : " [%s]\r\n",
	    id);
	size_t tail = len > 0 && (size_t)len < sizeof end ? (size_t)len : 0;
	size_t room = (size < MAX_REPLY ? size : MAX_REPLY) - tail;
	size_t used;

	len = snprintf(at, room, "%u %s%s", code, status,
	    status[0] != '\0' ? " " : "");
	used = len > 0 && (size_t)len < room ? (size_t)len : 0;
	/* A text from the map is said as it is: a % in it means nothing. */
	used = said ? append(at, used, room, text, strlen(text))
	    : append_text(at, used, room, replies[reply].text, words);
	return append(at, used, used + tail, end, tail);
}
