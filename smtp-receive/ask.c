/* ask.c - the questions of backend.h as messages to another process. */

#include "ask.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static void
send_kept(struct asker *a)
{
	ssize_t n;

	do
		n = write(a->fd, &a->kept, sizeof a->kept);
	while (n == -1 && errno == EINTR);
	if (n != (ssize_t)sizeof a->kept)
		a->lost();
	a->kept.parts = 0;
}

/* Makes room for a part: what is kept goes first where the order of the
 * parts could not tell that it came before. */
static struct ask *
add(struct asker *a, enum ask_part part)
{
	if (a->kept.parts >= (uint32_t)part)
		send_kept(a);
	a->kept.parts |= (uint32_t)part;
	return &a->kept;
}

static void
receive(struct asker *a, struct answer *answer)
{
	ssize_t n;

	send_kept(a);
	do
		n = read(a->fd, answer, sizeof *answer);
	while (n == -1 && errno == EINTR);
	if (n != (ssize_t)sizeof *answer)
		a->lost();
}

static void
receive_verdict(struct asker *a, struct verdict *verdict)
{
	struct answer answer;

	receive(a, &answer);
	*verdict = answer.verdict;
}

static uint32_t
put(struct span s, char *at, size_t size)
{
	size_t len = s.len < size ? s.len : size;

	if (len > 0)
		memcpy(at, s.at, len);
	return (uint32_t)len;
}

static void
ask_helo(void *house, struct span name, bool extended)
{
	struct ask *m = add(house, ASK_HELO);

	m->extended = extended;
	m->helo_len = put(name, m->helo, MAX_DOMAIN);
}

static void
ask_mail(void *house, struct span sender, uint64_t size)
{
	struct ask *m = add(house, ASK_MAIL);

	m->size = size;
	m->sender_len = put(sender, m->sender, sizeof m->sender);
}

static void
ask_data(void *house)
{
	add(house, ASK_DATA);
}

/* At once: the room that the mail takes on the disk may be needed. */
static void
ask_abort(void *house)
{
	add(house, ASK_ABORT);
	send_kept(house);
}

static void
ask_note(void *house, const struct note *note)
{
	struct ask *m = add(house, ASK_NOTE);

	m->note_reply = (uint32_t)note->reply;
	m->verb_len = put(note->verb, m->verb, sizeof m->verb);
	m->said_len = put(note->said, m->said, sizeof m->said);
	send_kept(house);	/* a fault is in the log when it happens */
}

static void
ask_quit(void *house, const struct closing *closing)
{
	struct ask *m = add(house, ASK_QUIT);

	m->ending = (uint32_t)closing->how;
	m->commands = closing->commands;
	m->octets = closing->bytes;
	send_kept(house);
}

static void
ask_rcpt(void *house, struct span recipient, struct verdict *verdict)
{
	struct ask *m = add(house, ASK_RCPT);

	m->recipient_len = put(recipient, m->recipient, sizeof m->recipient);
	receive_verdict(house, verdict);
}

static void
ask_tls(void *house, struct verdict *verdict)
{
	add(house, ASK_TLS);
	receive_verdict(house, verdict);
}

static void
ask_body(void *house, size_t len, struct verdict *verdict)
{
	struct ask *m = add(house, ASK_BODY);

	m->len = (uint32_t)len;
	receive_verdict(house, verdict);
}

static void
ask_commit(void *house, const struct commit *c,
    enum reply each[MAX_RECIPIENTS])
{
	struct ask *m = add(house, ASK_COMMIT);
	struct answer answer;

	m->len = (uint32_t)c->len;
	m->crlf = c->crlf;
	m->more = c->more;
	m->message_id_len = put(c->message_id, m->message_id,
	    sizeof m->message_id);
	receive(house, &answer);
	for (size_t i = 0; i < MAX_RECIPIENTS; i++)
		each[i] = (enum reply)answer.each[i];
}

struct backend
ask_backend(unsigned char *buffer, size_t size)
{
	return (struct backend){
		.buffer = buffer,
		.size = size,
		.helo = ask_helo,
		.mail = ask_mail,
		.data = ask_data,
		.abort = ask_abort,
		.note = ask_note,
		.quit = ask_quit,
		.tls = ask_tls,
		.rcpt = ask_rcpt,
		.body = ask_body,
		.commit = ask_commit,
	};
}
