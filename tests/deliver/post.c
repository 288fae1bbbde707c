/* post.c - mails to the Maildirs of a home. */

#include "post.h"

#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct post post;

static const struct statfs ext4 = {
	.f_type = EXT4_SUPER_MAGIC, .f_bsize = 4096, .f_frsize = 4096,
	.f_blocks = 1000000, .f_bfree = 1000000, .f_bavail = 1000000,
	.f_files = 1000, .f_ffree = 1000,
};

void
set_post(void)
{
	home_make(&post.home);
	fault_trick.statfs = &ext4;
	post.config = (struct config){ .hostname = "mx.example.org",
	    .max_mailboxes = 200, .min_free = 1, .delivered_to = true };
	post.deliver.config = &post.config;
	post.deliver.log = &post.home.log;
	post.deliver.rights = &post.home.rights;
	post.trace = (struct trace){ .sender = span_of("eve@example.net"),
	    .helo = span_of("client"), .client = "[192.0.2.1]",
	    .hostname = "mx.example.org", .id = "0abc.1" };
	deliver_begin(&post.deliver, 100);
}

void
clear_post(void)
{
	fault_clear();
	home_remove(&post.home);
}

enum reply
rcpt(const char *recipient, int first, int last)
{
	struct target targets[HOME_BOXES];
	size_t count = 0;

	for (int i = first; i <= last; i++)
		targets[count++] = (struct target){
			.path = span_of(post.home.box[i]),
		};
	return deliver_rcpt(&post.deliver, span_of(recipient), targets, count);
}

enum reply
rcpt_path(const char *recipient, const char *path)
{
	const struct target at = { .path = span_of(path) };

	return deliver_rcpt(&post.deliver, span_of(recipient), &at, 1);
}

enum reply
finish(void)
{
	post.trace.recipient.len = 0;

	enum reply reply = deliver_write(&post.deliver, &post.trace, MAIL, 6);

	if (reply == reply_stored)
		reply = deliver_write(&post.deliver, &post.trace, &MAIL[6],
		    strlen(MAIL) - 6);
	if (reply == reply_stored)
		reply = deliver_commit(&post.deliver, strlen(MAIL) + 3);
	return reply;
}

void
ck_stored(int boxes)
{
	for (int i = 0; i < boxes; i++)
		ck_assert_int_eq(rcpt("ann@example.org", i, i), reply_rcpt_ok);
	ck_assert_int_eq(finish(), reply_stored);
	deliver_end(&post.deliver);
	ck_assert_int_eq(home_files(&post.home, "new"), boxes);
	ck_assert_int_eq(home_all(&post.home), boxes);
}

const char *
stored(int box)
{
	static char text[4096];
	char path[PATH_MAX];
	FILE *f = fopen(home_message(&post.home, box, path), "r");

	ck_assert_ptr_nonnull(f);
	text[fread(text, 1, sizeof text - 1, f)] = '\0';
	fclose(f);
	return text;
}
