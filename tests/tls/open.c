/* open.c - the files, and the pair. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "stage.h"

#define CERTIFICATE "the certificate for TLS, which cannot be had without"
#define KEY "the key for TLS, which cannot be had without"

static void
ck_file(int fd, const char *name)
{
	char path[100];
	struct stat opened, named;

	snprintf(path, sizeof path, "%s/%s", stage.dir, name);
	ck_assert_int_eq(fstat(fd, &opened), 0);
	ck_assert_int_eq(stat(path, &named), 0);
	ck_assert_msg(opened.st_ino == named.st_ino, "%s", name);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
}

START_TEST(without_a_certificate_nothing_is_opened)
{
	int before = descriptors();

	ck_assert_int_eq(tls_open(&stage.tls), 0);
	ck_assert_int_eq(stage.tls.state, TLS_NONE);
	ck_assert_int_eq(descriptors(), before);
	ck_assert_int_eq(stage.tls.reports, -1);
	ck_assert_int_eq(stage.tls.pair[0], -1);
	ck_assert_int_eq(stage.tls.pair[1], -1);
}
END_TEST

START_TEST(each_certificate_has_its_key)
{
	open_tls();
	ck_assert_uint_eq(stage.tls.count, 2);
	ck_file(stage.tls.files[0], "a");
	ck_file(stage.tls.files[1], "a.key");
	ck_file(stage.tls.files[2], "b");
	ck_file(stage.tls.files[3], "b.key");
	ck_assert_str_eq(stage.tls.path, "");
	ck_assert_int_eq(stage.tls.reports, -1);
}
END_TEST

START_TEST(without_keys_they_are_in_the_certificates_files)
{
	list_files(stage.config.tls_certificate, "b,a");
	ck_assert_int_eq(tls_open(&stage.tls), 0);
	ck_assert_uint_eq(stage.tls.count, 2);
	ck_file(stage.tls.files[0], "b");
	ck_file(stage.tls.files[1], "b");
	ck_file(stage.tls.files[2], "a");
	ck_file(stage.tls.files[3], "a");
}
END_TEST

START_TEST(as_many_as_there_may_be)
{
	list_files(stage.config.tls_certificate, "a,a,a,a,a,a,a,b");
	ck_assert_int_eq(tls_open(&stage.tls), 0);
	ck_assert_uint_eq(stage.tls.count, MAX_CERTIFICATES);
	ck_file(stage.tls.files[2 * MAX_CERTIFICATES - 1], "b");
}
END_TEST

/* The session's end is to it what the client's socket is. */
START_TEST(the_pair_has_the_clients_timeouts)
{
	static const int names[] = { SO_RCVTIMEO, SO_SNDTIMEO };

	open_tls();
	for (size_t i = 0; i < countof(names); i++) {
		struct timeval time = { 0 };
		socklen_t len = sizeof time;

		ck_assert_int_eq(getsockopt(stage.tls.pair[0], SOL_SOCKET,
		    names[i], &time, &len), 0);
		ck_assert_int_eq(time.tv_sec, 300);
		ck_assert_int_eq(getsockopt(stage.tls.pair[1], SOL_SOCKET,
		    names[i], &time, &len), 0);
		ck_assert_int_eq(time.tv_sec, 0);
	}
	ck_assert_int_eq(fcntl(stage.tls.pair[0], F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(fcntl(stage.tls.pair[1], F_GETFD), FD_CLOEXEC);
}
END_TEST

/* What is missing, of which list. */
static const struct {
	const char *certificates, *keys, *path, *what;
} missing[] = {
	{ "no", "a.key", "no", CERTIFICATE },
	{ "no", "", "no", CERTIFICATE },
	{ "a", "no", "no", KEY },
	{ "a,no", "a.key,b.key", "no", CERTIFICATE },
	{ "a,b", "a.key,no", "no", KEY },
	{ "a/no", "a.key", "a/no", CERTIFICATE },
};

START_TEST(a_file_that_is_not_there)
{
	char path[100];

	list_files(stage.config.tls_certificate, missing[_i].certificates);
	list_files(stage.config.tls_key, missing[_i].keys);
	ck_assert_int_eq(tls_open(&stage.tls), -1);
	snprintf(path, sizeof path, "%s/%s", stage.dir, missing[_i].path);
	ck_broken("open", _i == 5 ? ENOTDIR : ENOENT, path, missing[_i].what);
}
END_TEST

/* Nobody writes into it; its octets will be missed later. */
START_TEST(a_fifo_does_not_keep_us_waiting)
{
	char path[100];

	snprintf(path, sizeof path, "%s/fifo", stage.dir);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	list_files(stage.config.tls_certificate, "fifo");
	ck_assert_int_eq(tls_open(&stage.tls), 0);
	ck_assert_int_eq(stage.tls.state, TLS_OFFERED);
}
END_TEST

START_TEST(a_name_is_a_credentials)
{
	setenv("CREDENTIALS_DIRECTORY", stage.dir, 1);
	strcpy(stage.config.tls_certificate, "a,b");
	strcpy(stage.config.tls_key, "a.key,b.key");
	ck_assert_int_eq(tls_open(&stage.tls), 0);
	ck_file(stage.tls.files[0], "a");
	ck_file(stage.tls.files[3], "b.key");
	ck_assert_str_eq(stage.tls.path, "");
}
END_TEST

START_TEST(a_credential_that_is_not_there)
{
	char path[100];

	setenv("CREDENTIALS_DIRECTORY", stage.dir, 1);
	strcpy(stage.config.tls_certificate, "no");
	ck_assert_int_eq(tls_open(&stage.tls), -1);
	snprintf(path, sizeof path, "%s/no", stage.dir);
	ck_broken("open", ENOENT, path, CERTIFICATE);
}
END_TEST

START_TEST(without_credentials)
{
	unsetenv("CREDENTIALS_DIRECTORY");
	strcpy(stage.config.tls_certificate, "a");
	ck_assert_int_eq(tls_open(&stage.tls), -1);
	ck_assert_int_eq(stage.tls.state, TLS_BROKEN);
	ck_assert_str_eq(stage.tls.call, "getenv");
	ck_assert(strstr(stage.tls.what, "LoadCredential=") != NULL);
}
END_TEST

/* _i: the longest path that there may be, and one octet more. */
START_TEST(a_credentials_path_is_never_cut)
{
	char directory[CONFIG_PATH + 1];
	size_t len = CONFIG_PATH - 1 - strlen("/a") + (size_t)_i;

	memset(directory, '/', len);
	memcpy(directory + len - strlen(stage.dir), stage.dir,
	    strlen(stage.dir));
	directory[len] = '\0';
	setenv("CREDENTIALS_DIRECTORY", directory, 1);
	strcpy(stage.config.tls_certificate, "a");
	ck_assert_int_eq(tls_open(&stage.tls), -_i);
	if (_i == 0) {
		ck_file(stage.tls.files[0], "a");
		return;
	}
	ck_assert_int_eq(errno, ENAMETOOLONG);
	ck_assert_int_eq(stage.tls.state, TLS_BROKEN);
	ck_assert_str_eq(stage.tls.call, "open");
	ck_assert_str_eq(stage.tls.what,
	    "a credential whose path is too long");
}
END_TEST

static const struct {
	const char *call;
	int skip, error;
	const char *path, *what;
} faults[] = {
	{ "open", 0, EACCES, "/a", CERTIFICATE },
	{ "open", 3, EMFILE, "/b.key", KEY },
	{ "socketpair", 0, EMFILE, NULL, "to start TLS" },
	{ "setsockopt", 0, ENOMEM, NULL, "to start TLS" },
	{ "setsockopt", 1, ENOMEM, NULL, "to start TLS" },
};

START_TEST(a_call_that_fails)
{
	char path[100] = "";

	list_files(stage.config.tls_certificate, "a,b");
	list_files(stage.config.tls_key, "a.key,b.key");
	fault_of(faults[_i].call, faults[_i].skip, faults[_i].error, 1);
	ck_assert_int_eq(tls_open(&stage.tls), -1);
	if (faults[_i].path != NULL)
		snprintf(path, sizeof path, "%s%s", stage.dir,
		    faults[_i].path);
	ck_broken(faults[_i].call, faults[_i].error, path, faults[_i].what);
}
END_TEST

START_TEST(a_file_of_a_list)
{
	static const struct {
		const char *list;
		size_t number;
		const char *file;
	} rows[] = {
		{ "", 0, "" }, { "", 5, "" },
		{ "/a", 0, "/a" }, { "/a", 1, "" },
		{ "/a,b,/c/d", 0, "/a" }, { "/a,b,/c/d", 1, "b" },
		{ "/a,b,/c/d", 2, "/c/d" }, { "/a,b,/c/d", 3, "" },
		{ "/a,b,/c/d", 9, "" },
	};

	for (size_t i = 0; i < countof(rows); i++)
		ck_assert(span_same(tls_file(rows[i].list, rows[i].number),
		    span_of(rows[i].file)));
}
END_TEST

void
add_open(TCase *tc)
{
	tcase_add_test(tc, without_a_certificate_nothing_is_opened);
	tcase_add_test(tc, each_certificate_has_its_key);
	tcase_add_test(tc, without_keys_they_are_in_the_certificates_files);
	tcase_add_test(tc, as_many_as_there_may_be);
	tcase_add_test(tc, the_pair_has_the_clients_timeouts);
	tcase_add_loop_test(tc, a_file_that_is_not_there, 0,
	    countof(missing));
	tcase_add_test(tc, a_fifo_does_not_keep_us_waiting);
	tcase_add_test(tc, a_name_is_a_credentials);
	tcase_add_test(tc, a_credential_that_is_not_there);
	tcase_add_test(tc, without_credentials);
	tcase_add_loop_test(tc, a_credentials_path_is_never_cut, 0, 2);
	tcase_add_loop_test(tc, a_call_that_fails, 0, countof(faults));
	tcase_add_test(tc, a_file_of_a_list);
}
