/* passwd.c - the users of /etc/passwd, and of no other source. */

#include "passwd.h"

#include <errno.h>
#include <string.h>

#include "mapfile.h"

static struct span
cut_to(struct span *rest, char stop)
{
	const char *end = rest->len == 0 ? NULL :
	    memchr(rest->at, stop, rest->len);
	size_t len = end == NULL ? rest->len : (size_t)(end - rest->at);
	struct span cut = span_cut(rest, len);

	if (end != NULL)
		span_cut(rest, 1);
	return cut;
}

static bool
is_word(struct span s, struct span word)
{
	return s.len == word.len && memcmp(s.at, word.at, s.len) == 0;
}

/* UID:GID, and whatever follows. */
static bool
parse_ids(struct span s, uid_t *uid, gid_t *gid)
{
	unsigned long long u, g;

	if (!span_number(cut_to(&s, ':'), &u) ||
	    !span_number(cut_to(&s, ':'), &g) ||
	    u >= (uid_t)-1 || g >= (gid_t)-1)
		return false;
	*uid = (uid_t)u;
	*gid = (gid_t)g;
	return true;
}

/* passwd(5): name:password:uid:gid:...  The first line of a name counts. */
static bool
look(struct span text, struct span name, uid_t *uid, gid_t *gid)
{
	while (text.len > 0) {
		struct span line = cut_to(&text, '\n');

		if (!is_word(cut_to(&line, ':'), name))
			continue;
		cut_to(&line, ':');
		return parse_ids(line, uid, gid);
	}
	return false;
}

static int
find_name(struct span name, uid_t *uid, gid_t *gid)
{
	struct mapfile file;

	if (mapfile_read(&file, "/etc/passwd") != NULL)
		return -1;
	bool found = look((struct span){ file.text, file.size }, name, uid,
	    gid);
	mapfile_close(&file);
	errno = ESRCH;
	return found ? 0 : -1;
}

int
passwd_find(struct span user, uid_t *uid, gid_t *gid)
{
	if (!parse_ids(user, uid, gid) && find_name(user, uid, gid) == -1)
		return -1;
	errno = EPERM;
	return *uid == 0 || *gid == 0 ? -1 : 0;
}
