/* status.h - how smtp-receive-user ends, and what it has printed then.
 *
 *	NAME:UID:GID:HOME\n	after USER_FOUND, one line; else nothing
 *
 * What smtp-receive-user(8) says, for both sides. */

#ifndef STATUS_H
#define STATUS_H

enum user_status {		/* getent(1) knows no third */
	USER_FOUND	= 0,
	USER_NONE	= 1,
	USER_TROUBLE	= 2,
};

#endif
