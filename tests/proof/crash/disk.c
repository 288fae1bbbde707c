/* disk.c - a disk that writes down, in order, all that it is told.
 *
 *	disk IMAGE DIRECTORY LOG
 *
 * DIRECTORY/disk, for a loop device, reads as IMAGE does.  What is written to
 * it stays in memory, IMAGE is never changed; and each write and each flush is
 * in LOG before it is answered, so that LOG's length at any moment says what
 * had been answered by then.  Nothing is cached on the way (direct_io).
 *
 * A write to DIRECTORY/forget ends the log, and forgets what was written:
 * the disk reads as IMAGE does then.  So one disk serves for many crash
 * states, one after the other.
 *
 * LOG: for each write its offset, its length, and its bytes; for each flush
 * FLUSH and 0.  It ends with its file system's unmounting, or with its
 * parent. */

#define FUSE_USE_VERSION 31

#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static const uint64_t FLUSH = UINT64_MAX;

/* FUSE's functions get no argument of ours that is simpler to reach. */
static struct {
	char *bytes;
	size_t size;
	int log;		/* -1: nothing is written down any more */
} disk = { .log = -1 };

static int
map(const char *image)
{
	struct stat st;
	int fd = open(image, O_RDONLY);

	if (fd == -1 || fstat(fd, &st) == -1)
		return -1;
	disk.size = (size_t)st.st_size;
	disk.bytes = mmap(NULL, disk.size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_NORESERVE, fd, 0);
	close(fd);
	return disk.bytes == MAP_FAILED ? -1 : 0;
}

/* A record that is not whole makes the log worthless: an error of the disk. */
static int
record(uint64_t offset, const char *bytes, size_t len)
{
	uint64_t head[2] = { offset, len };
	struct iovec parts[2] = {
		{ head, sizeof head }, { (void *)(uintptr_t)bytes, len },
	};

	if (disk.log == -1)
		return 0;
	return writev(disk.log, parts, 2) == (ssize_t)(sizeof head + len)
	    ? 0 : -EIO;
}

static int
forget(void)
{
	close(disk.log);
	disk.log = -1;
	return madvise(disk.bytes, disk.size, MADV_DONTNEED) == 0 ? 0 : -EIO;
}

static int
is_disk(const char *path)
{
	return strcmp(path, "/disk") == 0;
}

static int
do_getattr(const char *path, struct stat *st, struct fuse_file_info *fi)
{
	(void)fi;
	if (strcmp(path, "/") == 0) {
		st->st_mode = S_IFDIR | 0700;
		return 0;
	}
	if (!is_disk(path) && strcmp(path, "/forget") != 0)
		return -ENOENT;
	st->st_mode = S_IFREG | 0600;
	st->st_size = is_disk(path) ? (off_t)disk.size : 0;
	return 0;
}

static int
do_open(const char *path, struct fuse_file_info *fi)
{
	(void)path;
	fi->direct_io = 1;
	return 0;
}

/* How much of len lies within the disk. */
static size_t
within(size_t len, off_t offset)
{
	size_t at = (size_t)offset;

	if (at >= disk.size)
		return 0;
	return len < disk.size - at ? len : disk.size - at;
}

static int
do_read(const char *path, char *into, size_t len, off_t offset,
    struct fuse_file_info *fi)
{
	(void)fi;
	if (!is_disk(path))
		return 0;
	len = within(len, offset);
	memcpy(into, disk.bytes + offset, len);
	return (int)len;
}

static int
do_write(const char *path, const char *from, size_t len, off_t offset,
    struct fuse_file_info *fi)
{
	int error;

	(void)fi;
	if (!is_disk(path)) {
		error = forget();
		return error == 0 ? (int)len : error;
	}
	if (within(len, offset) != len)
		return -ENOSPC;
	error = record((uint64_t)offset, from, len);
	if (error != 0)
		return error;
	memcpy(disk.bytes + offset, from, len);
	return (int)len;
}

static int
do_fsync(const char *path, int datasync, struct fuse_file_info *fi)
{
	(void)datasync;
	(void)fi;
	return is_disk(path) ? record(FLUSH, NULL, 0) : 0;
}

static const struct fuse_operations operations = {
	.getattr = do_getattr, .open = do_open, .read = do_read,
	.write = do_write, .fsync = do_fsync,
};

/* Its file system goes first, whatever Ctrl-C thinks. */
static void
take_signals(void)
{
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

int
main(int argc, char **argv)
{
	if (argc != 4) {
		fputs("usage: disk IMAGE DIRECTORY LOG\n", stderr);
		return 64;
	}

	char *arguments[] = { argv[0], argv[2], "-f", "-s", NULL };

	take_signals();
	disk.log = open(argv[3], O_WRONLY | O_CREAT | O_EXCL | O_APPEND, 0600);
	if (disk.log == -1 || map(argv[1]) == -1) {
		perror("disk");
		return 1;
	}
	return fuse_main(4, arguments, &operations, NULL);
}
