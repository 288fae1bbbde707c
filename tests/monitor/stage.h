/* stage.h - the monitor with a session that says what the test wants.
 *
 * The script is written first: messages, and after which of them the session
 * reads an answer.  play() runs it in a child, and the monitor in the test's
 * own process, with a socket pair for the client and a home on the disk. */

#ifndef STAGE_H
#define STAGE_H

#include "../../smtp-receive/monitor.h"
#include "../home.h"
#include "../suite.h"

/* What the session does after its last line. */
enum last {
	WAIT,		/* until somebody kills it */
	EXIT,
	DIE,		/* by a signal */
};

enum { LINES = 10100 };

struct stage {
	struct home home;
	struct config config;
	struct client client;
	struct tls tls;
	struct house house;
	struct monitor monitor;
	struct shared *shared;
	int peer;			/* the client's end */
	long took;			/* ms */
	char heard[4096];		/* by the client, after play */

	int lines;
	struct cue {
		struct ask ask;
		size_t size;		/* octets that are sent */
		void (*does)(void);	/* or this, and nothing is sent */
		bool reads;
	} script[LINES];
	struct answer *answers;		/* shared: one for each line */
};

extern struct stage stage;

/* Fixtures. */
void set_stage(void);
void clear_stage(void);

/* A good message of these parts, and the same in the script: without or with
 * an answer; any octets; something the session does. */
struct ask message(unsigned parts);
void say(unsigned parts);
struct ask *say_changed(unsigned parts);	/* to be changed yet */
void ask(unsigned parts);
void say_size(unsigned parts, size_t size);
void does(void (*what)(void));

/* For does: the session gives up where there is a file in any tmp/. */
void see_nothing_in_tmp(void);

/* The script that leads to this state of the house. */
void lead_to(enum house_state);

/* A mail of three octets from RCPT to commit, for this recipient. */
void ask_rcpt(const char *recipient);
void ask_mail(const char *recipient);

/* The answer to the last question. */
const struct answer *last_answer(void);

/* Runs it all; what monitor_run said. */
bool play(enum last);

/* Ended at once as an attack for this reason, the session reaped, nothing
 * stored or left. */
void ck_attack(const char *what);

/* Ended in this way, without an attack, with so many files in new/. */
void ck_ended(const char *how, int stored);

#endif
