/* report.c - what smtp-receive-tls tells the monitor, and when. */

#include "report.h"

#include <unistd.h>

uint32_t
report_put(char *to, uint32_t size, const char *from)
{
	uint32_t len = 0;

	for (; from != NULL && from[len] != '\0' && len < size; len++)
		to[len] = from[len] >= ' ' && from[len] <= '~' ? from[len]
		    : '?';
	return len;
}

void
report_send(int fd, const struct report *r)
{
	/* Nobody hears it: the monitor is dead, and so are we. */
	if (write(fd, r, sizeof *r) != sizeof *r)
		_exit(REPORT_NOT_HEARD);
}
