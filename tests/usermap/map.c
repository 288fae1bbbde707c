/* map.c - a user map in a file of its own, and what is said about it. */

#include "map.h"

#include <check.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../smtp-receive/map/compile.h"
#include "../../smtp-receive/mapform.h"
#include "calls.h"

struct usermap map;
char said[1 << 16];

bool compiled;

static char directory[64], file[80], cdb[96];

static void
hear(void *arg, const char *path, unsigned long line, const char *what,
    int error)
{
	size_t len = strlen(said);

	ck_assert_ptr_eq(arg, &map);
	ck_assert(strcmp(path, map.file) == 0 ||
	    (compiled && strcmp(path, map.cdb_file) == 0));
	int n = snprintf(said + len, sizeof said - len, "%lu: %s%s%s\n", line,
	    what, error == 0 ? "" : ": ", error == 0 ? "" : strerror(error));
	ck_assert(n > 0 && (size_t)n < sizeof said - len);
}

unsigned asked;

static const struct host {
	const char *name;
	uid_t uid;
} host[] = {
	{ "ann", 1001 }, { "bob", 1002 }, { "root", 0 }, { "mail", 8 },
	{ "postmaster", 9 }, { "0x", 1003 },
};

/* HOST/NAME is the home of each; who is called hang does not answer. */
static enum account_answer
find_user(void *arg, struct span name, struct account *found)
{
	ck_assert_ptr_eq(arg, &map);
	asked++;
	for (size_t i = 0; i < sizeof host / sizeof *host; i++) {
		if (!span_is(name, host[i].name))
			continue;
		*found = (struct account){ .uid = host[i].uid };
		snprintf(found->name, sizeof found->name, "%s", host[i].name);
		snprintf(found->home, sizeof found->home, "HOME/%s",
		    host[i].name);
		return ACCOUNT_FOUND;
	}
	return span_is(name, "hang") ? ACCOUNT_TROUBLE : ACCOUNT_NONE;
}

void
make_map(void)
{
	snprintf(directory, sizeof directory, "/tmp/usermap.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(file, sizeof file, "%s/users", directory);
	snprintf(cdb, sizeof cdb, "%s.cdb", file);
	map = (struct usermap){
		.file = file, .delimiters = "+", .faults = { hear, &map },
		.users = { find_user, &map, 1000 },
	};
	asked = 0;
	said[0] = '\0';
	compiled = false;
}

static void
hear_nothing(void *arg, const char *path, unsigned long line,
    const char *what, int error)
{
	(void)arg, (void)path, (void)line, (void)what, (void)error;
}

/* As smtp-receive-map does, in place. */
static void
compile(void)
{
	const struct mapfaults faults = { hear_nothing, NULL };
	struct maptext text;

	if (maptext_open(&text, file) != NULL)
		return;
	maptext_enter(&text, file, &faults, 0);
	if (text.faults == 0 && text.file.size > 0) {
		int fd = open(cdb, O_RDWR | O_CREAT | O_TRUNC, 0600);

		ck_assert_int_ne(fd, -1);
		ck_assert_int_eq(compile_text(&text, fd), 0);
		close(fd);
	}
	maptext_close(&text);
}

void
make_compiled_map(void)
{
	make_map();
	compiled = true;
	write_map("old@old /old\n");
	compile();
	unlink(file);
	calls = as_usual;
}

void
remove_map(void)
{
	usermap_close(&map);
	unlink(file);
	rmdir(file);
	unlink(cdb);
	ck_assert_int_eq(rmdir(directory), 0);
}

void
write_bytes(const char *at, size_t len)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(write(fd, at, len), (ssize_t)len);
	close(fd);
}

void
write_map(const char *text)
{
	write_bytes(text, strlen(text));
}

static char draft[1 << 23];
static size_t drafted;

void
add_text(const char *format, ...)
{
	size_t room = sizeof draft - drafted;
	va_list args;

	va_start(args, format);
	int n = vsnprintf(draft + drafted, room, format, args);
	va_end(args);
	ck_assert(n >= 0 && (size_t)n < room);
	drafted += (size_t)n;
}

void
write_text(void)
{
	write_bytes(draft, drafted);
	drafted = 0;
}

static void
open_later(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	now.tv_sec += 10;
	usermap_open(&map, &now);
}

void
open_again(void)
{
	usermap_close(&map);
	said[0] = '\0';
	open_later();
}

void
open_map(void)
{
	const struct calls undisturbed = calls;

	calls = as_usual;
	if (compiled && !mapform_same(&map))
		compile();
	calls = undisturbed;
	open_later();
	ck_assert(!map.whole || undisturbed.meanwhile != NULL ||
	    (map.form == USERMAP_CDB) == compiled);
}

static const char *
paths(const struct finding *f)
{
	static char text[1 << 16];
	size_t len = (size_t)snprintf(text, sizeof text, "ok");

	for (size_t i = 0; i < f->count; i++) {
		const struct target *t = &f->targets[i];

		len += (size_t)snprintf(text + len, sizeof text - len,
		    " %s%s%.*s", t->owner == NULL ? "" : t->owner->home,
		    t->owner == NULL ? "" : "/", (int)t->path.len, t->path.at);
	}
	ck_assert_uint_lt(len, sizeof text);
	return text;
}

static const char *
with(const char *word, struct span reason)
{
	static char text[MAX_REASON + 16];

	snprintf(text, sizeof text, "%s %.*s", word, (int)reason.len,
	    reason.at);
	return text;
}

const char *
find(const char *address)
{
	/* Nothing behind the address may be looked at: ASan would see it. */
	size_t len = strlen(address);
	char *exactly = malloc(len + (len == 0));
	static struct finding f;	/* what is found of users stays */

	memcpy(exactly, address, len);
	usermap_find(&map, (struct span){ exactly, len }, &f);
	free(exactly);
	switch ((unsigned)f.reply) {
	case reply_rcpt_ok:
		return paths(&f);
	case reply_no_such_user:
		return "no such user";
	case reply_not_ours:
		return "not ours";
	case reply_map_broken:
		return "broken";
	case reply_trouble:
		return "trouble";
	case reply_too_many_mailboxes:
		return "too many";
	case reply_reject_said:
		return with("reject", f.text);
	case reply_later_said:
		return with("later", f.text);
	default:
		return "a reply that usermap.h does not name";
	}
}

bool
said_only(const char *fault)
{
	const char *end = strchr(said, '\n');

	if (fault == NULL)
		return said[0] == '\0';
	return strncmp(said, fault, strlen(fault)) == 0 && end != NULL &&
	    end[1] == '\0';
}
