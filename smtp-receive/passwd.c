/* passwd.c - the users of /etc/passwd, and of no other source. */

#include "passwd.h"

#include <errno.h>

#include "ids.h"
#include "mapfile.h"

/* passwd(5): name:password:uid:gid:...  The first line of a name counts. */
static bool
look(struct span text, struct span name, uid_t *uid, gid_t *gid)
{
	while (text.len > 0) {
		struct span line = span_field(&text, '\n');

		if (!span_same(span_field(&line, ':'), name))
			continue;
		span_field(&line, ':');
		return ids_cut(&line, uid, gid) &&
		    (line.len == 0 || line.at[0] == ':');
	}
	return false;
}

static int
find_name(struct span name, uid_t *uid, gid_t *gid)
{
	struct mapfile file;

	if (mapfile_read(&file, "/etc/passwd", NULL, 0) != NULL)
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
	struct span rest = user;

	if ((!ids_cut(&rest, uid, gid) || rest.len > 0) &&
	    find_name(user, uid, gid) == -1)
		return -1;
	errno = EPERM;
	return *uid == 0 || *gid == 0 ? -1 : 0;
}
