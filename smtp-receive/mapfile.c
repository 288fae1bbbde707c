/* mapfile.c - a file read whole into memory, while others may write it. */

#include "mapfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mapmemory.h"

enum {
	MAX_TRIES	= 3,	/* to read a file that changes meanwhile */
	QUIET		= 2,	/* seconds without a change: it is written */
};

static bool
same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool
same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	    a->st_size == b->st_size && same_time(&a->st_mtim, &b->st_mtim) &&
	    same_time(&a->st_ctim, &b->st_ctim);
}

bool
mapfile_still(const struct stat *stamp, const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && same(&st, stamp);
}

bool
mapfile_same(const struct mapfile *file, const char *path)
{
	return file->text != NULL && mapfile_still(&file->stamp, path);
}

/* NONBLOCK: a pipe of that name would not let us return. */
int
mapfile_open(const char *path)
{
	return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

ssize_t
mapfile_pread(int fd, char *at, size_t size, off_t from)
{
	size_t n = 0;

	while (n < size) {
		ssize_t got = pread(fd, at + n, size - n, from + (off_t)n);

		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			return -1;
		if (got == 0)
			break;
		n += (size_t)got;
	}
	return (ssize_t)n;
}

/* What is wrong with the file, before a byte of it is read. */
static const char *
check(const struct stat *st)
{
	errno = 0;
	if (!S_ISREG(st->st_mode))
		return "not a regular file";
	if (st->st_size >= UINT32_MAX)
		return "larger than 4 GiB";
	return NULL;
}

/* One byte more than the file has: there is no mapping of 0 bytes. */
static const char *
allocate(struct mapfile *file, char *spare, size_t size)
{
	size_t need = (size_t)file->stamp.st_size + 1;

	file->spared = need <= size;
	if (file->spared) {
		file->text = spare;
		return NULL;
	}
	file->text = mapmemory_take(need);
	return file->text != NULL ? NULL : "no memory to read it";
}

static const char *
read_once(struct mapfile *file, int fd, char *spare, size_t size)
{
	struct stat after;

	if (fstat(fd, &file->stamp) == -1)
		return "cannot be read";
	const char *what = check(&file->stamp);
	if (what == NULL)
		what = allocate(file, spare, size);
	if (what != NULL)
		return what;
	ssize_t n = mapfile_pread(fd, file->text,
	    (size_t)file->stamp.st_size, 0);
	if (n == -1 || fstat(fd, &after) == -1)
		return "cannot be read";
	file->size = (size_t)n;
	file->changed = n != file->stamp.st_size ||
	    !same(&file->stamp, &after);
	return NULL;
}

static const char *
read_tries(struct mapfile *file, int fd, char *spare, size_t size)
{
	const char *what = read_once(file, fd, spare, size);

	for (int i = 1; what == NULL && file->changed && i < MAX_TRIES; i++) {
		mapfile_close(file);
		what = read_once(file, fd, spare, size);
	}
	return what;
}

const char *
mapfile_read(struct mapfile *file, const char *path, char *spare,
    size_t size)
{
	int fd = mapfile_open(path);

	*file = (struct mapfile){ 0 };
	if (fd == -1)
		return "cannot be opened";
	const char *what = read_tries(file, fd, spare, size);
	int saved = errno;
	if (what != NULL)
		mapfile_close(file);
	close(fd);
	errno = saved;
	return what;
}

void
mapfile_close(struct mapfile *file)
{
	if (file->text != NULL && !file->spared)
		munmap(file->text, (size_t)file->stamp.st_size + 1);
	*file = (struct mapfile){ 0 };
}

const char *
mapfile_unsure(const struct mapfile *file, const struct timespec *now)
{
	const struct timespec *then = &file->stamp.st_mtim;

	if (file->changed)
		return "changed while it was read: is somebody writing it?";
	if (file->size == 0)
		return "empty: is somebody writing it?";
	if (then->tv_sec > now->tv_sec + QUIET)
		return "changed in the future, says its time; if the clock is "
		    "right now, touch(1) it";
	/* The clock of st_mtim ticks in milliseconds: a change that follows
	 * the last one quickly would not show in it. */
	if (now->tv_sec - then->tv_sec < QUIET || (now->tv_sec - then->tv_sec ==
	    QUIET && now->tv_nsec < then->tv_nsec))
		return "changed less than 2 seconds ago: is somebody writing "
		    "it?";
	return NULL;
}
