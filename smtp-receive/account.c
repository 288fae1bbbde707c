/* account.c - the host's users, as the name service knows them. */

#include "account.h"

#include <errno.h>
#include <sys/wait.h>

#include "child.h"
#include "clock.h"
#include "ids.h"
#include "user/status.h"
#include "username.h"

static const char PROGRAM[] = "smtp-receive-user";

_Static_assert(MAX_ACCOUNT + MAX_HOME + 2 * 10 + 4 < CHILD_TEXT,
    "a line of four fields is heard whole");

static enum account_answer
trouble(struct accounts *a, const char *call, int error, const char *what)
{
	a->call = call;
	a->what = what;
	errno = error;
	return ACCOUNT_TROUBLE;
}

/* The program's own fault, which the manual says is told so. */
static enum account_answer
bad_answer(struct accounts *a, const char *what)
{
	return trouble(a, PROGRAM, 0, what);
}

static bool
parse_home(struct span s, char home[MAX_HOME])
{
	if (s.len == 0 || s.at[0] != '/')
		return false;
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.at[i] < ' ' || s.at[i] == 0x7f)
			return false;
	while (s.len > 1 && s.at[s.len - 1] == '/')
		s.len--;
	return span_copy(s, home, MAX_HOME);
}

static enum account_answer
parse(struct accounts *a, struct span line, struct span name,
    struct account *found)
{
	if (!span_same(span_field(&line, ':'), name))
		return bad_answer(a, "the name service names another user "
		    "than the one that was asked for; names differ in upper "
		    "and lower case, too");
	span_copy(name, found->name, sizeof found->name);
	if (!ids_cut(&line, &found->uid, &found->gid) ||
	    !span_skip(&line, ":"))
		return bad_answer(a, "a uid or gid is no number below "
		    "4294967295");
	if (!parse_home(line, found->home))
		return bad_answer(a, "the home is to be an absolute path of at "
		    "most 255 bytes, without control bytes");
	return ACCOUNT_FOUND;
}

static enum account_answer
judge(struct accounts *a, const struct child *c, struct span name,
    struct account *found)
{
	struct span line = { c->text, c->len };

	if (!WIFEXITED(c->status))
		return bad_answer(a, "a signal has killed it: a module of "
		    "nsswitch.conf crashes, or a limit is too low");
	switch (WEXITSTATUS(c->status)) {
	case USER_FOUND:
		if (line.len == 0 || line.at[--line.len] != '\n')
			return bad_answer(a, "its line has no end");
		return parse(a, line, name, found);
	case USER_NONE:
		return line.len == 0 ? ACCOUNT_NONE : bad_answer(a,
		    "it says something, and that there is no such user");
	case USER_TROUBLE:
		return bad_answer(a, "the name service fails: see what it says "
		    "when it is started by hand");
	}
	return bad_answer(a, "it cannot run, or ends as it never does: see "
	    "what it says when it is started by hand");
}

enum account_answer
account_find(struct accounts *a, struct span name, struct account *found)
{
	char asked[MAX_ACCOUNT + 1];
	struct child c = {
		.spawn.program = a->program,
		.argument = asked,
		.seconds = ACCOUNT_SECONDS,
		.start = a->start.tv_sec != 0 ? a->start : clock_now(),
		.spawn.drop = a->root,
		.spawn.uid = a->uid,
		.spawn.gid = a->gid,
	};

	if (!username_good(name) || !span_copy(name, asked, sizeof asked))
		return ACCOUNT_NONE;
	if (child_run(&c) == -1)
		return trouble(a, c.call != NULL ? c.call : PROGRAM, errno,
		    c.what);
	return judge(a, &c, name, found);
}
