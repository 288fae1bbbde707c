/* smtp.h - the dialogue with one client, from 220 to the end: RFC 5321. */

#ifndef SMTP_H
#define SMTP_H

#include "session.h"

/* Returns when the connection is over: the last reply has then been said to
 * the client, and quit to the house. */
void smtp_run(struct session *);

#endif
