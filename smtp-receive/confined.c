/* confined.c - the session as a process: all its life is in here. */

#include "confined.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ask.h"
#include "smtp.h"

static ssize_t
read_client(void *end, void *at, size_t size)
{
	const struct door *door = end;
	struct shared *shared = door->shared;
	ssize_t n;

	atomic_store(&shared->waiting, true);
	do
		n = read(door->in, at, size);
	while (n == -1 && errno == EINTR);
	atomic_store(&shared->waiting, false);
	atomic_fetch_add(&shared->beat, 1);
	return n;
}

static int
write_client(void *end, const void *at, size_t len)
{
	const struct door *door = end;
	const char *octets = at;

	while (len > 0) {
		ssize_t n = write(door->out, octets, len);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		octets += n;
		len -= (size_t)n;
		atomic_fetch_add(&door->shared->beat, 1);
	}
	return 0;
}

static void
turn_to_tls(void *end)
{
	struct door *door = end;

	door->in = door->out = SANDBOX_TLS;
}

/* Only a session that may still call mprotect(2) can take this back. */
static int
protect(struct shared *shared, int how)
{
	return mprotect(shared->unfit_pages, sizeof shared->unfit_pages, how);
}

static _Noreturn void
fail(struct shared *shared, const char *call)
{
	int error = errno;

	if (protect(shared, PROT_READ | PROT_WRITE) == -1)
		sandbox_exit(1);
	if (!span_copy(span_of(call), shared->unfit_call,
	    sizeof shared->unfit_call))
		shared->unfit_call[0] = '\0';
	atomic_store(&shared->unfit, error);
	sandbox_exit(1);
}

static void
lost(void)
{
	sandbox_exit(1);
}

void
confined_run(const struct sandbox *sandbox, const struct rules *rules,
    struct shared *shared, struct session *session)
{
	struct door door = { .shared = shared, .in = 0, .out = 1 };
	struct asker asker = { .fd = SANDBOX_PAIR, .lost = lost };
	const struct backend backend = ask_backend(shared->body,
	    sizeof shared->body);
	const char *call = "mprotect";

	session->rules = rules;
	session->backend = &backend;
	session->house = &asker;
	session->wire.read = read_client;
	session->wire.write = write_client;
	session->wire.turn = turn_to_tls;
	session->wire.end = &door;
	if (protect(shared, PROT_READ) == -1 ||
	    sandbox_enter(sandbox, &call) == -1)
		fail(shared, call);
	smtp_run(session);
	sandbox_exit(0);
}
