/* sandbox-none.c - no sandbox, for instrumented builds only: a sanitizer
 * needs memory, files and threads that the real one denies. */

#include "sandbox.h"

#include <stdlib.h>
#include <unistd.h>

static int
move(int from, int to)
{
	return from == to ? 0 : dup2(from, to) == -1 ? -1 : close(from);
}

int
sandbox_enter(const struct sandbox *s, const char **call)
{
	*call = "dup2";
	if (move(s->pair, SANDBOX_PAIR) == -1)
		return -1;
	return s->tls == -1 ? 0 : move(s->tls, SANDBOX_TLS);
}

void
sandbox_exit(int status)
{
	exit(status);	/* not _exit: coverage is written at exit */
}
