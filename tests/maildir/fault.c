/* fault.c - system calls that fail as a test wants it. */

#include "fault.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../suite.h"

/* All that is wrapped; openat2 and renameat2 come by syscall(2). */
static const char *const calls[] = {
	"clock_gettime", "fremovexattr", "fstat", "fstatat", "fstatfs", "fsync",
	"getdents64", "getrandom", "linkat", "lseek", "mknodat", "openat",
	"openat2", "renameat", "renameat2", "sync_file_range", "syncfs",
	"uname", "unlinkat", "write",
};

static struct {
	int counts[countof(calls)];

	bool armed;
	const char *only, *failed;
	int seen, at, fails, error;

	struct lack { const char *call; int error; } lacks[4];
	struct lack lost;
	long answer;
} fault;

struct fault_trick fault_trick;

static size_t
number(const char *call)
{
	for (size_t i = 0; i < countof(calls); i++)
		if (strcmp(calls[i], call) == 0)
			return i;
	abort();
}

void
fault_at_of(const char *call, int at, int fails, int error)
{
	fault.armed = true;
	fault.only = call;
	fault.failed = NULL;
	fault.seen = 0;
	fault.at = at;
	fault.fails = fails;
	fault.error = error;
}

void
fault_at(int n, int error)
{
	fault_at_of(NULL, n, 1, error);
}

const char *
fault_clear(void)
{
	fault.armed = false;
	return fault.failed;
}

void
fault_lack(const char *call, int error)
{
	if (call == NULL)
		return;
	number(call);
	for (size_t i = 0; i < countof(fault.lacks); i++) {
		struct lack *lack = &fault.lacks[i];

		if (lack->call == NULL || strcmp(lack->call, call) == 0) {
			*lack = (struct lack){ call, error };
			return;
		}
	}
	abort();
}

void
fault_lost(const char *call, int error)
{
	number(call);
	fault.lost = (struct lack){ call, error };
}

int
fault_calls(const char *call)
{
	return fault.counts[number(call)];
}

int
fault_all_calls(void)
{
	int n = 0;

	for (size_t i = 0; i < countof(calls); i++)
		n += fault.counts[i];
	return n;
}

static bool
lacks(const char *call)
{
	for (size_t i = 0; i < countof(fault.lacks); i++) {
		const struct lack *lack = &fault.lacks[i];

		if (lack->call == NULL || strcmp(lack->call, call) != 0)
			continue;
		errno = lack->error;
		fault.answer = lack->error == 0 ? 0 : -1;
		return true;
	}
	return false;
}

static bool
fails(const char *call)
{
	if (!fault.armed)
		return false;
	if (fault.only != NULL && strcmp(fault.only, call) != 0)
		return false;

	int n = fault.seen++;

	if (n < fault.at || n >= fault.at + fault.fails)
		return false;
	fault.failed = call;
	errno = fault.error;
	fault.answer = fault.error == 0 ? 0 : -1;
	return true;
}

bool
fault_instead(const char *call)
{
	fault.counts[number(call)]++;
	return lacks(call) || fails(call);
}

long
fault_answer(void)
{
	return fault.answer;
}

long
fault_told(const char *call, long result)
{
	if (result == -1)
		return result;
	errno = FAULT_JUNK;
	if (fault.lost.call == NULL || strcmp(fault.lost.call, call) != 0)
		return result;
	errno = fault.lost.error;
	return -1;
}
