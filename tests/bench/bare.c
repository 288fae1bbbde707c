/* bare - the sequence that comes before 250, and nothing around it.
 *
 *	bare DIRECTORY COUNT
 *
 * Puts COUNT files of 4 KiB into the Maildir DIRECTORY, as smtp-receive(8)
 * says that it does for one mailbox, and prints the nanoseconds of each. */
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
	NOREPLACE = 1,
	WRITE	= SYNC_FILE_RANGE_WRITE,
	WAIT	= SYNC_FILE_RANGE_WAIT_BEFORE | WRITE |
		  SYNC_FILE_RANGE_WAIT_AFTER
};

static char text[4096];

static int64_t
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int
directory(const char *name)
{
	int fd = open(name, O_RDONLY | O_DIRECTORY);

	if (fd < 0)
		err(1, "%s", name);
	return fd;
}

static int
deliver(int tmp, int new, const char *name)
{
	int fd = openat(tmp, name, O_WRONLY | O_CREAT | O_EXCL, 0600);

	if (fd < 0 || write(fd, text, sizeof text) != (ssize_t)sizeof text)
		return -1;
	if (sync_file_range(fd, 0, 0, WRITE) < 0 ||
	    sync_file_range(fd, 0, 0, WAIT) < 0)
		return -1;
	if (syscall(SYS_renameat2, tmp, name, new, name, NOREPLACE) < 0)
		return -1;
	if (fsync(fd) < 0 || fsync(new) < 0)
		return -1;
	return close(fd);
}

int
main(int argc, char **argv)
{
	char name[64];

	if (argc != 3 || chdir(argv[1]) < 0)
		errx(64, "bare DIRECTORY COUNT");
	int tmp = directory("tmp"), new = directory("new");
	memset(text, 'x', sizeof text);
	for (long i = 0; i < atol(argv[2]); i++) {
		int64_t start = now();
		snprintf(name, sizeof name, "%lld.bare", (long long)start);
		if (deliver(tmp, new, name) < 0)
			err(1, "%s", name);
		printf("%lld\n", (long long)(now() - start));
	}
	return 0;
}
