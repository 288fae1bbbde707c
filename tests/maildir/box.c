/* box.c - Maildirs to deliver to, and a delivery as the monitor makes it. */

#include "box.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../suite.h"
#include "fault.h"

char base[PATH_MAX];
struct maildir box[MAX];
struct delivery mail[MAX];

/* A path below base, good until the fourth call from now. */
const char *
below(const char *format, int i, const char *name)
{
	static char ring[4][2 * PATH_MAX];
	static unsigned turn;
	char *path = ring[turn++ % countof(ring)];
	int len = snprintf(path, sizeof ring[0], "%s/", base);

	snprintf(path + len, sizeof ring[0] - (size_t)len, format, i, name);
	return path;
}

int
entries(int i, const char *folder)
{
	DIR *dir = opendir(below("%d/%s", i, folder));
	int n = 0;

	ck_assert_ptr_nonnull(dir);
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n - 2;
}

int
all_entries(void)
{
	int n = 0;

	for (int i = 0; i < MAX; i++)
		n += entries(i, "tmp") + entries(i, "new") + entries(i, "cur");
	return n;
}

void
touch(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);

	ck_assert_int_ne(fd, -1);
	close(fd);
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

void
remove_all(void)
{
	nftw(base, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Without symbolic links in it: those are what maildir_find refuses. */
void
make_base(void)
{
	const char *dir = getenv("TMPDIR");
	char *real = realpath(dir == NULL ? "/tmp" : dir, NULL);

	ck_assert_ptr_nonnull(real);
	snprintf(base, sizeof base, "%s/test_maildir.%ld", real,
	    (long)getpid());
	free(real);
}

void
make_boxes(void)
{
	remove_all();
	ck_assert_int_eq(mkdir(base, 0700), 0);
	for (int i = 0; i < MAX; i++) {
		ck_assert_int_eq(mkdir(below("%d%s", i, ""), 0700), 0);
		mkdir(below("%d/%s", i, "tmp"), 0700);
		mkdir(below("%d/%s", i, "new"), 0700);
		mkdir(below("%d/%s", i, "cur"), 0700);
		box[i] = (struct maildir){ .base = -1, .tmp = -1,
		    .new = -1 };
		mail[i] = (struct delivery){ .fd = -1 };
	}
}

const struct way ways[] = {
	{ "one", .recipients = 1 },
	{ "one, strict", .recipients = 1, .strict = true },
	{ "one on an unknown file system", .recipients = 1, .no_range = true },
	{ "three", .recipients = 3 },
	{ "three, one syncfs", .recipients = 3, .syncfs = true },
	{ "three share one file", .recipients = 3, .shared = true },
	{ "three share one file, one syncfs", .recipients = 3, .shared = true,
	  .syncfs = true },
	{ "no sync_file_range", .recipients = 3,
	  .lacks = { { "sync_file_range", ENOSYS } } },
	{ "refused flags of sync_file_range", .recipients = 1,
	  .lacks = { { "sync_file_range", EINVAL } } },
	{ "a pipe's answer to sync_file_range", .recipients = 1,
	  .lacks = { { "sync_file_range", ESPIPE } } },
	{ "sync_file_range not supported", .recipients = 1,
	  .lacks = { { "sync_file_range", EOPNOTSUPP } } },
	{ "an unknown flag of renameat2", .recipients = 3,
	  .lacks = { { "renameat2", EINVAL } } },
	{ "no renameat2, shared", .recipients = 3, .shared = true,
	  .lacks = { { "renameat2", ENOSYS } } },
	{ "no hard links", .recipients = 3,
	  .lacks = { { "renameat2", ENOSYS }, { "linkat", EPERM } } },
	{ "hard links not supported", .recipients = 3,
	  .lacks = { { "renameat2", EINVAL }, { "linkat", EOPNOTSUPP } } },
	{ "no hard links, and not shared therefore", .recipients = 3,
	  .shared = true,
	  .lacks = { { "renameat2", EINVAL }, { "linkat", ENOSYS } } },
	{ "too many hard links", .recipients = 1,
	  .lacks = { { "renameat2", EINVAL }, { "linkat", EMLINK } } },
};

const int number_of_ways = countof(ways);

int
open_box(int i)
{
	return maildir_find(&box[i], -1, below("%d%s", i, "")) == 0
	    ? maildir_open(&box[i]) : -1;
}

int
start(const struct way *way, int i)
{
	if (open_box(i) != 0)
		return -1;
	if (way->no_range)
		box[i].has_range = box[i].is_local = false;
	if (i > 0 && way->shared && maildir_share(&box[i], &mail[i],
	    "host.example", &mail[0]) == 0)
		return 0;
	return maildir_begin(&box[i], &mail[i], "host.example");
}

static int
fill(struct delivery *d)
{
	if (d->first != NULL)
		return 0;
	if (maildir_write(d, HEADER, strlen(HEADER)) != 0)
		return -1;
	return maildir_write(d, BODY, strlen(BODY));
}

static int
sync_all(const struct way *way)
{
	if (way->syncfs && maildir_syncfs(&mail[0]) == 0)
		return 0;
	if (way->syncfs && errno != ENOSYS)
		return -1;
	for (int i = 0; i < way->recipients; i++)
		if (maildir_sync(&mail[i]) != 0)
			return -1;
	return 0;
}

static int
commit(const struct way *way)
{
	for (int i = 0; i < way->recipients; i++)
		if (maildir_push(&mail[i], way->strict) != 0)
			return -1;
	for (int i = 0; i < way->recipients; i++)
		if (maildir_settle(&mail[i], way->strict) != 0)
			return -1;
	for (int i = 0; i < way->recipients; i++)
		if (maildir_publish(&mail[i], SIZE, CRLF) != 0)
			return -1;
	if (sync_all(way) != 0)
		return -1;
	return maildir_journal(&mail[0]);
}

int
deliver(const struct way *way)
{
	for (size_t i = 0; i < countof(way->lacks); i++)
		fault_lack(way->lacks[i].call, way->lacks[i].error);
	for (int i = 0; i < way->recipients; i++)
		if (start(way, i) != 0)
			return -1;
	for (int i = 0; i < way->recipients; i++)
		if (fill(&mail[i]) != 0)
			return -1;
	return commit(way);
}

void
end_all(void)
{
	for (int i = 0; i < MAX; i++) {
		maildir_end(&mail[i]);
		ck_assert_int_eq(mail[i].fd, -1);
		maildir_close(&box[i]);
	}
}

void
undo_all(void)
{
	for (int i = MAX - 1; i >= 0; i--) {	/* the first of all last */
		ck_assert_int_eq(maildir_undo(&mail[i]), 0);
		ck_assert_int_eq(mail[i].place, MAILDIR_NOWHERE);
		maildir_close(&box[i]);
	}
}

/* Exactly one message, whole, under its final name; nothing else. */
void
ck_delivered(int i)
{
	const char *path = below("%d/new/%s", i, mail[i].final);
	char bytes[100] = "";
	int fd = open(path, O_RDONLY);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(read(fd, bytes, sizeof bytes), SIZE);
	ck_assert_str_eq(bytes, HEADER BODY);
	close(fd);
	ck_assert_ptr_nonnull(strstr(path, ",S=19,W=22"));
	ck_assert_int_eq(entries(i, "new"), 1);
	ck_assert_int_eq(entries(i, "tmp"), 0);
	ck_assert_int_eq(entries(i, "cur"), 0);
}

void
ready(void)
{
	ck_assert_int_eq(start(&ways[0], 0), 0);
	ck_assert_int_eq(fill(&mail[0]), 0);
}

int
publish(void)
{
	return maildir_publish(&mail[0], SIZE, CRLF);
}
