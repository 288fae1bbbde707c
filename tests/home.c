/* home.c - Maildirs, a user map and a log, in a directory of their own. */

#include "home.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void
must(bool good, const char *what)
{
	if (good)
		return;
	perror(what);
	abort();
}

__attribute__((format(printf, 3, 4)))
static void
print(char *at, size_t size, const char *format, ...)
{
	va_list rest;

	va_start(rest, format);
	int len = vsnprintf(at, size, format, rest);
	va_end(rest);
	must(len >= 0 && (size_t)len < size, "a path that is too long");
}

/* Without symbolic links in it: maildir_find refuses those. */
static void
make_base(struct home *h)
{
	const char *dir = getenv("TMPDIR");
	char *real = realpath(dir == NULL ? "/tmp" : dir, NULL);

	must(real != NULL, "TMPDIR");
	print(h->base, sizeof h->base, "%s/test_home.XXXXXX", real);
	free(real);
	must(mkdtemp(h->base) != NULL, h->base);
}

static void
make_boxes(struct home *h)
{
	static const char *const folders[] = { "", "/tmp", "/new", "/cur" };
	char path[PATH_MAX];

	for (int i = 0; i < HOME_BOXES; i++) {
		print(h->box[i], sizeof h->box[i], "%s/%d", h->base, i);
		for (int j = 0; j < 4; j++) {
			print(path, sizeof path, "%s%s", h->box[i], folders[j]);
			must(mkdir(path, 0700) == 0, path);
		}
	}
}

/* Old enough that nobody is writing it any more. */
static void
make_map(struct home *h)
{
	print(h->users, sizeof h->users, "%s/users", h->base);

	FILE *f = fopen(h->users, "w");

	must(f != NULL, h->users);
	for (int i = 0; i < HOME_BOXES; i++)
		fprintf(f, "box%d@example.org %s/\n", i, h->box[i]);
	fprintf(f, "two@example.org %s, %s\n", h->box[0], h->box[1]);
	fprintf(f, "all@example.org");
	for (int i = 0; i < HOME_BOXES; i++)
		fprintf(f, "%s box%d@example.org", i > 0 ? "," : "", i);
	fprintf(f, "\ngone@example.org %s/none/\n", h->base);
	fprintf(f, "no@example.org reject Moved\n");
	must(fclose(f) == 0, h->users);

	const struct timespec old[2] = { { 1000000000, 0 }, { 1000000000, 0 } };

	must(utimensat(AT_FDCWD, h->users, old, 0) == 0, h->users);
}

void
home_make(struct home *h)
{
	make_base(h);
	make_boxes(h);
	make_map(h);
	h->log = (struct log){ .fd = memfd_create("log", MFD_CLOEXEC),
	    .id = "0123456789abc", .client = "192.0.2.1" };
	must(h->log.fd != -1, "memfd_create");
	h->rights = (struct rights){ .log = &h->log, .own = geteuid(),
	    .uid = geteuid() };
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

void
home_remove(const struct home *h)
{
	nftw(h->base, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	close(h->log.fd);
}

static void
folder_path(const struct home *h, int box, const char *folder,
    char path[PATH_MAX])
{
	print(path, PATH_MAX, "%s/%s", h->box[box], folder);
}

/* Counts, and keeps the last name. */
static int
list(const char *path, char last[NAME_MAX + 1])
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	int n = 0;

	must(dir != NULL, path);
	while ((entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0) {
			print(last, NAME_MAX + 1, "%s", entry->d_name);
			n++;
		}
	closedir(dir);
	return n;
}

int
home_entries(const struct home *h, int box, const char *folder)
{
	char path[PATH_MAX], name[NAME_MAX + 1];

	folder_path(h, box, folder, path);
	return list(path, name);
}

int
home_files(const struct home *h, const char *folder)
{
	int n = 0;

	for (int i = 0; i < HOME_BOXES; i++)
		n += home_entries(h, i, folder);
	return n;
}

int
home_all(const struct home *h)
{
	return home_files(h, "tmp") + home_files(h, "new") +
	    home_files(h, "cur");
}

const char *
home_message(const struct home *h, int box, char path[PATH_MAX])
{
	char folder[PATH_MAX], name[NAME_MAX + 1];

	folder_path(h, box, "new", folder);
	if (list(folder, name) != 1)
		return "";
	print(path, PATH_MAX, "%s/new/%s", h->box[box], name);
	return path;
}

const char *
home_log(struct home *h)
{
	ssize_t n = pread(h->log.fd, h->text, sizeof h->text - 1, 0);

	must(n >= 0, "pread");
	h->text[n] = '\0';
	return h->text;
}

int
home_logged(struct home *h, const char *text)
{
	int n = 0;
	char *rest, *line;

	home_log(h);
	for (line = strtok_r(h->text, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest))
		n += strstr(line, text) != NULL;
	return n;
}

static void
empty_folder(const struct home *h, int box, const char *folder)
{
	char path[PATH_MAX], name[NAME_MAX + 1];

	folder_path(h, box, folder, path);

	int dir = open(path, O_RDONLY | O_DIRECTORY);

	while (list(path, name) > 0)
		must(unlinkat(dir, name, 0) == 0, name);
	close(dir);
}

void
home_empty(struct home *h)
{
	for (int i = 0; i < HOME_BOXES; i++) {
		empty_folder(h, i, "tmp");
		empty_folder(h, i, "new");
		empty_folder(h, i, "cur");
	}
	must(ftruncate(h->log.fd, 0) == 0 && lseek(h->log.fd, 0, SEEK_SET) == 0,
	    "the log");
}
