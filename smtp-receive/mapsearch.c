/* mapsearch.c - from an address to all the lines that it leads to. */

#include "mapsearch.h"

#include <string.h>

#include "address.h"
#include "mapfault.h"
#include "mapform.h"
#include "mapline.h"
#include "username.h"

/* Whom the kernel shows for a user that it cannot; everywhere an account. */
enum { NOBODY = 65534 };

/* One look-up, from the address of RCPT to all the lines it leads to. */
struct search {
	struct usermap *map;
	struct finding *found;
	unsigned steps;
	unsigned depth;
	bool damaged;		/* a part of the map that was looked at */
	struct step {
		const char *line;
		struct span local;		/* whom ~/ in it names */
	} chain[MAX_DEPTH + 1];			/* that led here */
};

/* What a look-up of one address came to. */
struct hit {
	char *line;		/* NULL: none, and reply says why */
	enum reply reply;
	bool as_given;		/* not by way of its extension or domain */
	struct span local;	/* whom ~/ in the line names */
};

/* The later in this list wins where an address leads to several: we never
 * bounce when unsure, and never accept for only some of the targets. */
static void
settle(struct search *s, enum reply reply, struct span text)
{
	static const enum reply order[] = {
		reply_rcpt_ok, reply_reject_said, reply_no_such_user,
		reply_not_ours, reply_too_many_mailboxes, reply_later_said,
		reply_map_broken, reply_trouble,
	};
	size_t i = 0;

	while (order[i] != reply && order[i] != s->found->reply)
		i++;
	if (order[i] == reply)
		return;
	s->found->reply = reply;
	s->found->text = text;
}

/* The admin has to mend the line that led here. */
static void
trouble(struct search *s, const char *what, struct span address)
{
	settle(s, reply_trouble, (struct span){ 0 });
	mapfault_wrong(&s->map->faults, s->map->file, mapform_number(
	    s->map, s->chain[s->depth - 1].line), what, address);
}

static enum mapcdb_entry
entry_of(struct search *s, struct span key, char **line)
{
	enum mapcdb_entry entry = mapform_find(s->map, key, line);

	s->damaged |= entry == MAPCDB_DAMAGED;
	return entry;
}

static char *
line_of(struct search *s, struct span key)
{
	char *line;

	return entry_of(s, key, &line) == MAPCDB_LINE ? line : NULL;
}

static bool
is_ours(struct search *s, struct span domain)
{
	char *line;

	return entry_of(s, domain, &line) != MAPCDB_NONE;
}

/* The order of smtp-receive-users(5).  Where any line may be missing, only
 * the address itself is sure: the others' lines are meant for those who have
 * none of their own. */
static struct hit
look_up(struct search *s, char *at, struct address *address)
{
	struct span domain = { at + address->len - address->domain,
	    address->domain };
	char *line = line_of(s, (struct span){ at, address->len });

	if (line != NULL)
		return (struct hit){ .line = line, .as_given = true };
	if (domain.len > 0 && !is_ours(s, domain))
		return (struct hit){ .reply = reply_not_ours };
	if (s->map->partial || s->damaged)
		return (struct hit){ .reply = reply_map_broken };
	address_cut(at, address, s->map->delimiters);
	line = line_of(s, (struct span){ at, address->len });
	if (line == NULL)
		line = line_of(s, (struct span){ at + address->len -
		    address->domain, address->domain });
	if (line == NULL && address_is_postmaster(at, address))
		line = line_of(s, span_of("postmaster"));
	if (s->damaged)
		return (struct hit){ .reply = reply_map_broken };
	return (struct hit){ .line = line, .reply = reply_no_such_user,
	    .local = { at, address->len - address->domain } };
}

static void
add_path(struct search *s, struct span path, const struct account *owner)
{
	struct finding *found = s->found;

	for (size_t i = 0; i < found->count; i++)
		if (found->targets[i].owner == owner &&
		    span_same(found->targets[i].path, path))
			return;
	if (found->count == MAX_MAILBOXES)
		settle(s, reply_too_many_mailboxes, (struct span){ 0 });
	else
		found->targets[found->count++] = (struct target){ path, owner };
}

/* Each user is asked for once. */
static enum account_answer
find_account(struct search *s, struct span name, const struct account **owner)
{
	const struct usermap_users *users = &s->map->users;
	struct finding *found = s->found;
	struct account *next = &found->accounts[found->account_count];

	for (*owner = found->accounts; *owner < next; ++*owner)
		if (span_same(span_of((*owner)->name), name))
			return ACCOUNT_FOUND;
	if (!username_good(name))
		return ACCOUNT_NONE;
	if (found->account_count == MAX_MAILBOXES) {
		settle(s, reply_too_many_mailboxes, (struct span){ 0 });
		return ACCOUNT_TROUBLE;
	}
	enum account_answer answer = users->find(users->arg, name, next);
	found->account_count += answer == ACCOUNT_FOUND;
	if (answer == ACCOUNT_TROUBLE)
		settle(s, reply_trouble, (struct span){ 0 });
	return answer;
}

static bool is_loop(const struct search *, const char *line);
static void miss(struct search *, struct span, enum reply);
static void obey(struct search *, const struct hit *);

/* The host has nobody for an address that has no line but its domain's, as if
 * that were not there either.  For postmaster there is one more. */
static void
miss_local(struct search *s, struct span local)
{
	struct step step = s->chain[--s->depth];
	char *line = !span_is(local, "postmaster") ? NULL :
	    line_of(s, span_of("postmaster"));

	if (line != NULL && !is_loop(s, line))
		obey(s, &(struct hit){ .line = line });
	else
		miss(s, local, reply_no_such_user);
	s->chain[s->depth++] = step;
}

/* ~/PATH is below the home of the user whom the local part names. */
static void
add_local(struct search *s, struct span path)
{
	const struct account *owner;
	struct span local = s->chain[s->depth - 1].local;

	switch (find_account(s, local, &owner)) {
	case ACCOUNT_FOUND:
		if (owner->uid < s->map->users.min_uid || owner->uid == NOBODY)
			miss_local(s, local);
		else
			add_path(s, path, owner);
		break;
	case ACCOUNT_NONE:
		miss_local(s, local);
		break;
	case ACCOUNT_TROUBLE:
		break;
	}
}

/* ~USER/PATH is below that user's: whether he exists is the map's fault. */
static void
add_named(struct search *s, struct span name, struct span path)
{
	const struct account *owner;

	switch (find_account(s, name, &owner)) {
	case ACCOUNT_FOUND:
		add_path(s, path, owner);
		break;
	case ACCOUNT_NONE:
		trouble(s, "the host has no user of this name", name);
		break;
	case ACCOUNT_TROUBLE:
		break;
	}
}

static void
add_home(struct search *s, struct span target)
{
	const char *slash = memchr(target.at, '/', target.len);
	struct span name = span_cut(&target, (size_t)(slash - target.at));

	span_cut(&name, 1);
	while (target.at[0] == '/')
		span_cut(&target, 1);
	if (name.len == 0)
		add_local(s, target);
	else
		add_named(s, name, target);
}

static void expand(struct search *, struct span);

/* Trouble ends it: nothing that follows could change the answer. */
static void
expand_all(struct search *s, const struct hit *hit, struct span targets)
{
	struct span target;

	s->chain[s->depth++] = (struct step){ hit->line, hit->local };
	while (s->found->reply != reply_trouble &&
	    mapline_next(&targets, &target)) {
		if (++s->steps > MAX_STEPS)
			trouble(s, "more than 10000 targets, up to", target);
		else if (target.at[0] == '/')
			add_path(s, target, NULL);
		else if (target.at[0] == '~')
			add_home(s, target);
		else
			expand(s, target);
	}
	s->depth--;
}

static void
miss(struct search *s, struct span address, enum reply reply)
{
	if (!s->map->whole)
		settle(s, reply_map_broken, (struct span){ 0 });
	else if (s->depth > 0)
		trouble(s, reply == reply_not_ours ?
		    "no line in the map has the domain of the target" :
		    "no line in the map is for the target", address);
	else
		settle(s, reply, (struct span){ 0 });
}

static bool
is_loop(const struct search *s, const char *line)
{
	for (unsigned i = 0; i < s->depth; i++)
		if (mapform_same_line(s->map, s->chain[i].line, line))
			return true;
	return false;
}

static size_t
line_len(const char *line)
{
	size_t n = 0;

	while (line[n] != '\n')
		n++;
	return n;
}

static void
obey(struct search *s, const struct hit *hit)
{
	struct mapline line;

	if (mapline_parse(hit->line, line_len(hit->line), &line) != NULL) {
		mapform_spoiled(s->map);
		settle(s, reply_map_broken, (struct span){ 0 });
		return;
	}
	switch (line.kind) {
	case MAPLINE_TARGETS:
		expand_all(s, hit, line.rest);
		break;
	case MAPLINE_REJECT:
		/* The address may have a line that could not be read. */
		if (!hit->as_given && !s->map->whole)
			settle(s, reply_map_broken, (struct span){ 0 });
		else
			settle(s, reply_reject_said, line.rest);
		break;
	case MAPLINE_LATER:
		settle(s, reply_later_said, line.rest);
		break;
	}
}

/* address is known to fit: it stands in the map, or mapsearch_find looked. */
static void
expand(struct search *s, struct span address)
{
	struct address normal;
	char at[MAX_ADDRESS];

	memcpy(at, address.at, address.len);
	if (!address_parse(at, address.len, &normal) ||
	    normal.used < address.len || normal.domain == normal.len) {
		miss(s, address, reply_no_such_user);
		return;
	}
	struct hit hit = look_up(s, at, &normal);
	if (hit.line == NULL)
		miss(s, address, hit.reply);
	else if (is_loop(s, hit.line))
		trouble(s, "a loop: this target leads back to itself", address);
	else if (s->depth > MAX_DEPTH)
		trouble(s, "more than 10 addresses deep: this target", address);
	else
		obey(s, &hit);
}

void
mapsearch_find(struct usermap *map, struct span address,
    struct finding *found)
{
	struct search s = { .map = map, .found = found };

	mapform_forget(map);
	found->reply = reply_rcpt_ok;
	found->text = (struct span){ 0 };
	found->count = 0;
	if (found->account_count == MAX_MAILBOXES)
		found->account_count = 0;
	if (map->form == USERMAP_NONE || address.len > MAX_ADDRESS)
		miss(&s, address, reply_no_such_user);
	else
		expand(&s, address);
}
