/* found.c - what the fuzzers of the user map share. */

#include "found.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../smtp-receive/username.h"

void
check(bool good)
{
	if (!good)
		abort();
}

void
found_hear(void *arg, const char *file, unsigned long line, const char *what,
    int error)
{
	(void)arg, (void)file, (void)line, (void)error;
	for (; *what != '\0'; what++)
		check(span_graphic(*what) || *what == ' ');
}

enum account_answer
found_user(void *arg, struct span name, struct account *found)
{
	(void)arg;
	check(username_good(name));
	*found = (struct account){ .uid = 1000, .home = "/home/ann" };
	check(span_copy(name, found->name, sizeof found->name));
	return memchr(name.at, 'x', name.len) == NULL ? ACCOUNT_FOUND :
	    ACCOUNT_NONE;
}

static void
check_paths(const struct finding *f)
{
	check(f->count > 0 && f->count <= MAX_MAILBOXES);
	for (size_t i = 0; i < f->count; i++) {
		struct span path = f->targets[i].path;
		bool below = f->targets[i].owner != NULL;

		check(path.len > 0 && path.len < MAX_TARGET);
		check((path.at[0] == '/') != below);
		check(path.at[path.len - 1] != '/');
		for (size_t j = 0; j < path.len; j++)
			check((unsigned char)path.at[j] > ' ' &&
			    path.at[j] != 0x7f);
	}
}

static void
check_text(struct span text)
{
	check(text.len > 0 && text.len <= MAX_REASON);
	for (size_t i = 0; i < text.len; i++)
		check(span_graphic(text.at[i]) || text.at[i] == ' ');
}

void
found_check(const struct usermap *map, const struct finding *f)
{
	switch ((unsigned)f->reply) {
	case reply_rcpt_ok:
		check_paths(f);
		break;
	case reply_reject_said:
	case reply_later_said:
		check_text(f->text);
		break;
	case reply_no_such_user:
	case reply_not_ours:
		check(map->whole);
		break;
	case reply_map_broken:
		check(!map->whole);
		break;
	default:
		check(f->reply == reply_trouble ||
		    f->reply == reply_too_many_mailboxes);
	}
}

static char directory[] = "/dev/shm/fuzz.XXXXXX", files[2][64];

static void
discard(void)
{
	unlink(files[0]);
	unlink(files[1]);
	rmdir(directory);
}

static void
make_files(void)
{
	check(mkdtemp(directory) != NULL);
	snprintf(files[0], sizeof files[0], "%s/users", directory);
	snprintf(files[1], sizeof files[1], "%s/users.cdb", directory);
	atexit(discard);
}

const char *
found_file(const char *name)
{
	if (files[0][0] == '\0')
		make_files();
	return files[strcmp(name, "users") != 0];
}

void
found_write(const char *name, const void *at, size_t len)
{
	int fd = open(found_file(name), O_RDWR | O_CREAT | O_TRUNC, 0600);

	check(fd != -1 && write(fd, at, len) == (ssize_t)len);
	close(fd);
}
