/* fuzz_usermap.c - any bytes as a user map, any bytes as an address.
 *
 * The first line of the input is the address, the rest the map. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../smtp-receive/usermap.h"
#include "../../smtp-receive/username.h"

int LLVMFuzzerTestOneInput(const unsigned char *, size_t);

static void
check(bool good)
{
	if (!good)
		abort();
}

static void
hear(void *arg, const char *file, unsigned long line, const char *what,
    int error)
{
	(void)arg, (void)file, (void)line, (void)error;
	for (; *what != '\0'; what++)
		check(span_graphic(*what) || *what == ' ');
}

/* Names with an x are nobody's. */
static enum account_answer
find_user(void *arg, struct span name, struct account *found)
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

static void
check_finding(const struct usermap *map, const struct finding *f)
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

/* A map in memory that has the path of a file. */
static int
write_map(const char *at, size_t len)
{
	static int fd = -1;

	if (fd == -1)
		check((fd = memfd_create("map", MFD_CLOEXEC)) != -1);
	check(ftruncate(fd, 0) == 0);
	check(pwrite(fd, at, len, 0) == (ssize_t)len);
	return fd;
}

static void
find(struct usermap *map, struct span address)
{
	static struct finding f, again;

	usermap_find(map, address, &f);
	check_finding(map, &f);
	/* To find puts lines into normal form once more: nothing changes. */
	usermap_find(map, address, &again);
	check(again.reply == f.reply && again.count == f.count &&
	    again.text.at == f.text.at && again.text.len == f.text.len);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	const char *text = (const char *)data;
	const char *end = size == 0 ? NULL : memchr(text, '\n', size);
	char path[32];
	struct usermap map = {
		.file = path, .delimiters = "+-", .faults = { hear, NULL },
		.users = { find_user, NULL, 1000 },
	};
	struct timespec now;

	if (end == NULL)
		return 0;
	int fd = write_map(end + 1, size - (size_t)(end + 1 - text));
	check(snprintf(path, sizeof path, "/proc/self/fd/%d", fd) > 0);
	check(clock_gettime(CLOCK_REALTIME, &now) == 0);
	now.tv_sec += 10;
	usermap_open(&map, &now);
	find(&map, (struct span){ text, (size_t)(end - text) });
	find(&map, span_of("a@b"));
	find(&map, span_of("postmaster"));
	usermap_close(&map);
	return 0;
}
