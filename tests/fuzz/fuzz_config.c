/* fuzz_config.c - any bytes as a configuration, and as one option. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../smtp-receive/config.h"
#include "../../smtp-receive/span.h"

int LLVMFuzzerTestOneInput(const unsigned char *, size_t);

static void
check(bool good)
{
	if (!good)
		abort();
}

static void
hear(void *arg, const char *file, unsigned line, const char *key,
    const char *what, int error)
{
	(void)file, (void)line;
	check(error == 0);
	for (; *key != '\0'; key++)
		check(span_graphic(*key) || *key == ' ');
	for (; *what != '\0'; what++)
		check(span_graphic(*what) || *what == ' ');
	++*(unsigned *)arg;
}

static bool
within(uint64_t n, uint64_t min, uint64_t max)
{
	return n >= min && n <= max;
}

static void
check_config(const struct config *c)
{
	const uint64_t giga = 1 << 30;

	check(memchr(c->hostname, '\0', sizeof c->hostname) != NULL);
	check(memchr(c->users, '\0', sizeof c->users) != NULL);
	check(memchr(c->recipient_delimiter, '\0',
	    sizeof c->recipient_delimiter) != NULL);
	check(c->users[0] == '/');
	check(within(c->max_message_size, 65536, 100 * giga));
	check(within(c->max_messages, 1, 100000));
	check(within(c->max_recipients, 100, MAX_RECIPIENTS));
	check(within(c->max_mailboxes, 1, MAX_MAILBOXES));
	check(within(c->command_timeout, 1, 86400));
	check(within(c->session_timeout, 1, 604800));
	check(within(c->max_errors, 1, 1000));
	check(within(c->max_unknown, 1, 1000));
	check(within(c->greeting_delay, 0, 60000));
	check(within(c->min_free, 0, 1024 * giga));
	check(within(c->log, CONFIG_LOG_AUTO, CONFIG_LOG_SYSLOG));
}

/* A file in memory that has a path. */
static int
write_file(const void *at, size_t len)
{
	static int fd = -1;

	if (fd == -1)
		check((fd = memfd_create("config", MFD_CLOEXEC)) != -1);
	check(ftruncate(fd, 0) == 0);
	check(pwrite(fd, at, len, 0) == (ssize_t)len);
	return fd;
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	char path[32], option[256];
	unsigned told = 0;
	const struct config_faults faults = { hear, &told };
	struct config config;

	int fd = write_file(data, size);
	check(snprintf(path, sizeof path, "/proc/self/fd/%d", fd) > 0);
	config_default(&config);
	int result = config_file(&config, path, true, &faults);
	check((result == 0) == (told == 0));
	check_config(&config);

	told = 0;
	snprintf(option, sizeof option, "%.*s", (int)size, (const char *)data);
	result = config_option(&config, option, 1, &faults);
	check((result == 0) == (told == 0));
	check_config(&config);
	return 0;
}
