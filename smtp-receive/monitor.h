/* monitor.h - the process that keeps the house.
 *
 * It takes the session's messages (ask.h), sees that each is one that the
 * contract of backend.h permits, has the house answer it (house.h), keeps
 * the time, and ends the service.  It never sees what came from the network
 * except the short strings in messages, which it takes as hostile. */

#ifndef MONITOR_H
#define MONITOR_H

#include <stdbool.h>
#include <sys/types.h>

#include "house.h"
#include "shared.h"

struct monitor {
	/* The caller's. */
	struct house *house;
	struct shared *shared;
	int pair;		/* our end */
	int signals;		/* a signalfd of those that end us */
	pid_t session;

	/* All zero before monitor_run. */
	bool over;
	bool lost;		/* the session ended without quit */
	unsigned broken;	/* times that recv(2) failed; 2 are the end */
	unsigned beat;		/* when the client was last looked at */
	struct timespec beat_start;
	struct ask ask;		/* the message in hand */
};

/* Until the connection has ended, the session is reaped, and nothing of an
 * unfinished mail is left.  False: the session could not be confined, and
 * has read nothing from the client. */
bool monitor_run(struct monitor *);

#endif
