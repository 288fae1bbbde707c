/* forked.c - what a process does for itself when it was just forked. */

#include "forked.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kernel may be older than close_range(2), which came with 5.9. */
void
forked_close_from(unsigned first)
{
	if (syscall(SYS_close_range, first, ~0U, 0) == 0)
		return;
	long last = sysconf(_SC_OPEN_MAX);
	for (long fd = first; fd < last; fd++)
		close((int)fd);
}

int
forked_follow(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
		return -1;
	if (getppid() == parent)
		return 0;
	errno = ESRCH;
	return -1;
}
