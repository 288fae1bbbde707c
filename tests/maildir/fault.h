/* fault.h - system calls that fail as a test wants it.
 *
 * wrap.c is linked with -Wl,--wrap=CALL for each __wrap_CALL in it, so that
 * the code under test carries no hooks.  Until one of these functions is
 * called, every call goes through.  Each test runs in a
 * process of its own and starts without faults. */

#ifndef FAULT_H
#define FAULT_H

#include <stdbool.h>
#include <sys/vfs.h>

/* errno after a call that succeeded: it may be anything. */
enum { FAULT_JUNK = 9999 };

/* The n-th call from now (from 0), whichever it is, fails. */
void fault_at(int n, int error);

/* Of this call the at-th from now, and from there on so many in a row; with
 * error 0 they say 0 and are not made. */
void fault_at_of(const char *call, int at, int fails, int error);

/* No more of the two above.  Returns the call that failed, or NULL. */
const char *fault_clear(void);

/* This call always fails; with error 0 it says 0 and is not made. */
void fault_lack(const char *call, int error);

/* This call is made, and fails even though it came through. */
void fault_lost(const char *call, int error);

/* How often it was called. */
int fault_calls(const char *call);
int fault_all_calls(void);

/* What particular calls do, while not zero. */
struct fault_trick {
	bool short_writes;		/* one byte, and EINTR in between */
	const struct statfs *statfs;
	const char *release;		/* of the kernel */
	unsigned owner;			/* st_uid of fstat; then one more */
	bool short_lists;		/* of getdents64: a few entries */
	const char *long_entry;		/* once, in the next getdents64 */

	/* Before the next unlinks of a name with a colon: those in cur/. */
	void (*race)(const char *name);
	int races;

	/* What names are made of. */
	bool same_time, same_bits, worst_name;
};

extern struct fault_trick fault_trick;

/* For wrap.c: is fault_answer the answer, and the call not to be made?  And
 * what the caller hears of one that was made. */
bool fault_instead(const char *call);
long fault_answer(void);
long fault_told(const char *call, long result);

#endif
