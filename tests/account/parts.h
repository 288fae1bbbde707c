/* parts.h - what the tests of the room account share. */

#ifndef PARTS_H
#define PARTS_H

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../smtp-receive/account.h"
#include "../descriptors.h"
#include "../suite.h"

#define ANN	"echo ann:1000:1001:/home/ann\n"

/* One test's. */
struct desk {
	char dir[64];			/* empty, but for */
	char program[80];		/* a script, in place of the program */
	struct accounts accounts;
	struct account found;
	double took;			/* seconds, as the room counts them */
};

extern struct desk desk;

/* Time runs so much faster here. */
enum { HASTE = 8 };

void set_desk(void);

/* Looks that nothing is left: no descriptor, no child. */
void clear_desk(void);

/* The commands of the script that answers. */
void script(const char *commands);

/* account_find for ann, with errno as it leaves it. */
enum account_answer find(void);

/* Trouble, with this call and errno. */
void ck_trouble(const char *call, int error);


/* Seconds, fast ones. */
double now(void);

/* The system call of this name, the number of a SYS_ or -1, fails with error
 * so many times; in the child, too. */
void fault_of(const char *call, long number, int error, int times);

/* Of kill(2): it says 0 and kills nobody. */
extern bool harmless;

/* Are we root?  If not, the test of this title is one that was skipped. */
bool root_only(const char *title);

void add_answers(TCase *);
void add_faults(TCase *);
void add_runs(TCase *);

#endif
