/* mailbox.c - one Maildir that the mail in hand goes to. */

#include "mailbox.h"

bool
mailbox_is_first(const struct mailbox *all, const struct mailbox *m)
{
	for (const struct mailbox *o = all; o < m; o++)
		if (o->dir.dev == m->dir.dev && o->delivery.fd != -1)
			return false;
	return m->delivery.fd != -1;
}
