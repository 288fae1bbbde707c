/* stage.c - the room tls, with a function in the place of its helper. */

#include "stage.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct stage stage;
void (*helper)(void);
static int descriptors_before;

static void
make_file(const char *name)
{
	char path[100];

	snprintf(path, sizeof path, "%s/%s", stage.dir, name);
	int fd = creat(path, 0600);
	ck_assert_int_ne(fd, -1);
	close(fd);
}

void
list_files(char list[CONFIG_PATH], const char *names)
{
	struct span rest = span_of(names);
	size_t len = 0;

	list[0] = '\0';
	while (rest.len > 0) {
		struct span name = span_field(&rest, ',');

		len += (size_t)snprintf(list + len, CONFIG_PATH - len,
		    "%s%s/%.*s", len > 0 ? "," : "", stage.dir, (int)name.len,
		    name.at);
		ck_assert_uint_lt(len, CONFIG_PATH);
	}
}

void
set_stage(void)
{
	snprintf(stage.dir, sizeof stage.dir, "/tmp/tls-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(stage.dir));
	snprintf(stage.program, sizeof stage.program, "%s/helper", stage.dir);
	make_file("a");
	make_file("a.key");
	make_file("b");
	make_file("b.key");
	stage.config = (struct config){ .command_timeout = 300 };
	stage.tls = (struct tls){ .config = &stage.config,
	    .program = stage.program, .cpu_seconds = 110 };
	stage.seen = mmap(NULL, sizeof *stage.seen, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert(stage.seen != MAP_FAILED);
	descriptors_before = descriptors();
}

/* -1 and 0, which none of them is: not open. */
static void
close_one(int fd)
{
	if (fd > 2)
		close(fd);
}

void
clear_stage(void)
{
	char command[100];

	fault_of("none", 0, 0, 0);
	tls_end(&stage.tls);
	close_one(stage.tls.reports);
	close_one(stage.tls.pair[0]);
	close_one(stage.tls.pair[1]);
	/* Those that the helper was given are closed then. */
	for (size_t i = 0; i < countof(stage.tls.files); i++)
		if (stage.tls.state == TLS_NONE ||
		    stage.tls.state == TLS_OFFERED ||
		    stage.tls.state == TLS_BROKEN)
			close_one(stage.tls.files[i]);
	ck_assert_int_eq(descriptors(), descriptors_before);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
	snprintf(command, sizeof command, "rm -r %s", stage.dir);
	ck_assert_int_eq(system(command), 0);
}

void
open_tls(void)
{
	list_files(stage.config.tls_certificate, "a,b");
	list_files(stage.config.tls_key, "a.key,b.key");
	ck_assert_int_eq(tls_open(&stage.tls), 0);
	ck_assert_int_eq(stage.tls.state, TLS_OFFERED);
}

void
start_tls(void (*what)(void))
{
	helper = what;
	open_tls();
	ck_assert_int_eq(tls_start(&stage.tls), 0);
	ck_assert_int_eq(stage.tls.state, TLS_BEGUN);
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
	struct report r = { .kind = kind, .pair = REPORT_NO_PAIR };

	if (kind == REPORT_UP) {
		r.pair = 1;
		r.version_len = put(r.version, "TLSv1.3");
		r.cipher_len = put(r.cipher, "TLS_AES_256_GCM_SHA384");
		r.name_len = put(r.name, "mx.example.org");
		r.expires = INT64_MAX;
	}
	if (kind == REPORT_FAILED)
		r.what_len = put(r.what, "no shared cipher");
	return r;
}

void
say(const struct report *r)
{
	if (write(4, r, sizeof *r) != sizeof *r)
		_exit(9);
}

void
say_ready(void)
{
	const struct report r = report(REPORT_READY);

	say(&r);
}

void
say_up(void)
{
	const struct report r = report(REPORT_UP);

	say_ready();
	say(&r);
}

void
ck_broken(const char *call, int error, const char *path, const char *what)
{
	int got = errno;

	ck_assert_int_eq(stage.tls.state, TLS_BROKEN);
	ck_assert_pstr_eq(stage.tls.call, call);
	ck_assert_int_eq(got, error);
	ck_assert_str_eq(stage.tls.path, path);
	ck_assert_str_eq(stage.tls.what, what);
}
