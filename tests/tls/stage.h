/* stage.h - the room tls, with a function in the place of its helper. */

#ifndef STAGE_H
#define STAGE_H

#include <errno.h>

#include "../../smtp-receive/tls.h"
#include "../descriptors.h"
#include "../suite.h"

enum {
	HASTE	= 8,		/* time runs so much faster here */
	SEEN	= 32,		/* descriptors that a helper looks at */
};

/* What the helper finds; in shared memory. */
struct seen {
	char argv[6][64];	/* "": none */
	int variables;		/* in its environment */
	char fd[SEEN][128];	/* what is behind each; "": it is closed */
};

struct stage {
	char dir[64];		/* with files "a", "a.key", "b", "b.key" */
	char program[80];	/* in dir; nothing is there */
	struct config config;
	struct tls tls;
	struct seen *seen;
};

extern struct stage stage;

/* In place of execve(2), in the helper's process, which then exits with 0;
 * NULL: execve(2). */
extern void (*helper)(void);

/* Fixtures.  The second looks that nothing is left: no child, and no
 * descriptor but those of tls, which it closes. */
void set_stage(void);
void clear_stage(void);

/* A list for the configuration: each name in dir, with commas between. */
void list_files(char list[CONFIG_PATH], const char *names);

/* From the skip + 1st on, so many calls of this name fail with error. */
void fault_of(const char *call, int skip, int error, int times);

/* Both pairs, and all of them open. */
void open_tls(void);

/* As that, and started with this helper; it has become ready. */
void start_tls(void (*what)(void));

/* A good report of this kind, and the same to the monitor. */
struct report report(enum report_kind);
void say(const struct report *);
void say_ready(void);
void say_up(void);

/* TLS_BROKEN, for this call (NULL: the helper), errno, path and reason. */
void ck_broken(const char *call, int error, const char *path,
    const char *what);

void add_open(TCase *);
void add_start(TCase *);
void add_reports(TCase *);

#endif
