/* stage.c - a configuration in a file, and what is said about it. */

#include "stage.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct config config;
char said[1 << 14];
char file[64], mailname[64];
const char *own_name;
int read_errno;
size_t read_at_most = (size_t)-1;

int __wrap_gethostname(char *name, size_t size);
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
ssize_t __real_read(int fd, void *at, size_t size);
ssize_t __wrap_read(int fd, void *at, size_t size);

int
__wrap_gethostname(char *name, size_t size)
{
	if (own_name == NULL || strlen(own_name) >= size) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(name, own_name, strlen(own_name) + 1);
	return 0;
}

int
__wrap_open(const char *path, int flags, ...)
{
	return __real_open(strcmp(path, "/etc/mailname") == 0 ? mailname :
	    path, flags, 0600);
}

ssize_t
__wrap_read(int fd, void *at, size_t size)
{
	if (read_errno != 0) {
		errno = read_errno;
		if (errno == EINTR)
			read_errno = 0;
		return -1;
	}
	return __real_read(fd, at, size < read_at_most ? size : read_at_most);
}

static void
hear(void *arg, const char *where, unsigned line, const char *key,
    const char *what, int error)
{
	size_t len = strlen(said);
	int n = snprintf(said + len, sizeof said - len, "%s:%u: %s: %s%s%s\n",
	    strcmp(where, file) == 0 ? "f" : where, line, key, what,
	    error == 0 ? "" : ": ", error == 0 ? "" : strerror(error));

	ck_assert_ptr_eq(arg, &config);
	ck_assert(n > 0 && (size_t)n < sizeof said - len);
}

const struct config_faults faults = { hear, &config };

void
make_file(void)
{
	snprintf(file, sizeof file, "/tmp/config.XXXXXX");
	snprintf(mailname, sizeof mailname, "/tmp/mailname.XXXXXX");
	close(mkstemp(file));
	close(mkstemp(mailname));
	own_name = "mail.example.org";
	config_default(&config);
	said[0] = '\0';
}

void
remove_file(void)
{
	remove(file);
	remove(mailname);
}

void
write_to(const char *path, const char *at, size_t len)
{
	int fd = __real_open(path, O_WRONLY | O_TRUNC);

	ck_assert_int_eq(write(fd, at, len), (ssize_t)len);
	close(fd);
}

int
read_text(const char *text)
{
	write_to(file, text, strlen(text));
	return config_file(&config, file, true, &faults);
}
