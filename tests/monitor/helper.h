/* helper.h - a function in the place of smtp-receive-tls. */

#ifndef HELPER_H
#define HELPER_H

#include "stage.h"

/* TLS is offered, or TLS_BROKEN where there is no file; the helper runs this,
 * and exits then. */
void offer_tls(void (*helper)(void));

/* For a helper. */
struct report report(enum report_kind);
void say_report(const struct report *);
void say_kind(enum report_kind);	/* a good one */
void pump(void);		/* from the session to the client, to its end */

/* Flags that all processes see. */
enum { GO, UP, FLAGS };
void raise_flag(int flag);
void wait_for_flag(int flag);

/* Two helpers; and for a session: the second has said UP. */
void ready(void);
void up(void);
void wait_until_up(void);

#endif
