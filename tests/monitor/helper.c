/* helper.c - a function in the place of smtp-receive-tls. */

#include "helper.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

int __real_execve(const char *, char *const [], char *const []);
int __wrap_execve(const char *, char *const [], char *const []);

static void (*runs)(void);
static atomic_bool *flags;

int
__wrap_execve(const char *path, char *const argv[], char *const environment[])
{
	if (runs == NULL)
		return __real_execve(path, argv, environment);
	runs();
	_exit(0);
}

void
offer_tls(void (*helper)(void))
{
	char *path = stage.config.tls_certificate;

	runs = helper;
	flags = mmap(NULL, FLAGS * sizeof *flags, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert(flags != MAP_FAILED);
	stage.tls.program = "/nonexistent/smtp-receive-tls";
	int len = snprintf(path, CONFIG_PATH, "%s/cert", stage.home.base);
	ck_assert(len > 0 && len < CONFIG_PATH);
	close(creat(path, 0600));
	ck_assert_int_eq(tls_open(&stage.tls), 0);
}

static uint32_t
put(char *at, const char *text)
{
	memcpy(at, text, strlen(text));
	return (uint32_t)strlen(text);
}

struct report
report(enum report_kind kind)
{
	struct report r = { .kind = kind, .expires = INT64_MAX };

	r.version_len = put(r.version, "TLSv1.3");
	r.cipher_len = put(r.cipher, "TLS_AES_256_GCM_SHA384");
	r.name_len = put(r.name, "mx.example.org");
	r.what_len = put(r.what, "no shared cipher");
	return r;
}

void
say_report(const struct report *r)
{
	if (write(4, r, sizeof *r) != sizeof *r)
		_exit(9);
}

void
say_kind(enum report_kind kind)
{
	const struct report r = report(kind);

	say_report(&r);
}

void
pump(void)
{
	char octets[4096];
	ssize_t n;

	while ((n = read(3, octets, sizeof octets)) > 0)
		if (write(1, octets, (size_t)n) != n)
			return;
}

void
raise_flag(int flag)
{
	atomic_store(&flags[flag], true);
}

void
wait_for_flag(int flag)
{
	const struct timespec step = { .tv_nsec = 1000 * 1000 };

	while (!atomic_load(&flags[flag]))
		nanosleep(&step, NULL);
}

void
ready(void)
{
	say_kind(REPORT_READY);
	pump();
}

void
up(void)
{
	say_kind(REPORT_READY);
	say_kind(REPORT_UP);
	raise_flag(UP);
	pump();
}

void
wait_until_up(void)
{
	const struct timespec step = { .tv_nsec = 50 * 1000 * 1000 };

	wait_for_flag(UP);
	nanosleep(&step, NULL);
}
