/* stage.c - the monitor with a session that says what the test wants. */

#include "stage.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../smtp-receive/clock.h"

struct stage stage;

static void
set_config(struct config *c)
{
	*c = (struct config){ .hostname = "mx.example.org",
	    .max_message_size = 600 * 1024, .max_messages = 2 * MAX_IDLE,
	    .max_recipients = 100,
	    .max_mailboxes = 200, .command_timeout = 300,
	    .session_timeout = 3600, .max_errors = 20, .max_unknown = 3,
	    .min_free = 1, .delivered_to = true };
}

static void
set_client(void)
{
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	dup2(pair[0], 0);
	dup2(pair[0], 1);
	close(pair[0]);
	stage.peer = pair[1];
	stage.client = (struct client){ .socket = { true, true },
	    .address = "192.0.2.1", .literal = "[192.0.2.1]",
	    .local = "192.0.2.2", .port = 25 };
}

static int
take_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static void *
map(size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	ck_assert(at != MAP_FAILED);
	return at;
}

void
set_stage(void)
{
	struct house *h = &stage.house;

	home_make(&stage.home);
	set_config(&stage.config);
	set_client();
	stage.shared = map(sizeof *stage.shared);
	stage.answers = map(LINES * sizeof *stage.answers);
	memcpy(stage.shared->body, "hi\nhi\nhi\n", 9);
	h->config = h->deliver.config = &stage.config;
	h->log = &stage.home.log;
	h->deliver.log = h->log;
	h->client = &stage.client;
	stage.tls = (struct tls){ .config = &stage.config, .reports = -1 };
	h->tls = &stage.tls;
	h->body = stage.shared->body;
	h->map.file = stage.home.users;
	h->map.delimiters = "+";
	h->deliver.rights = &stage.home.rights;
	clock_gettime(CLOCK_MONOTONIC, &h->start);
	stage.monitor.house = h;
	stage.monitor.shared = stage.shared;
	stage.monitor.signals = take_signals();
}

void
clear_stage(void)
{
	home_remove(&stage.home);
}

static uint32_t
put(char *at, const char *text)
{
	memcpy(at, text, strlen(text));
	return (uint32_t)strlen(text);
}

struct ask
message(unsigned parts)
{
	struct ask m = { .parts = parts, .extended = 1,
	    .note_reply = reply_hello_first, .len = 3, .crlf = 4, .more = 1,
	    .ending = ENDING_QUIT, .commands = 5, .octets = 67 };

	m.helo_len = put(m.helo, "client.example.net");
	m.sender_len = put(m.sender, "eve@example.net");
	m.recipient_len = put(m.recipient, "box0@example.org");
	m.verb_len = put(m.verb, "MAIL");
	m.said_len = put(m.said, "MAIL FROM:<>");
	m.message_id_len = put(m.message_id, "<1@example.net>");
	if ((parts & ASK_BODY) != 0)
		m.len = BODY_SIZE;
	return m;
}

static struct cue *
add(unsigned parts)
{
	struct cue *l = &stage.script[stage.lines++];

	ck_assert_int_le(stage.lines, LINES);
	*l = (struct cue){ .ask = message(parts), .size = sizeof l->ask };
	return l;
}

void
say(unsigned parts)
{
	add(parts);
}

struct ask *
say_changed(unsigned parts)
{
	return &add(parts)->ask;
}

void
ask(unsigned parts)
{
	add(parts)->reads = true;
}

void
say_size(unsigned parts, size_t size)
{
	add(parts)->size = size;
}

void
does(void (*what)(void))
{
	add(0)->does = what;
}

void
see_nothing_in_tmp(void)
{
	if (home_files(&stage.home, "tmp") != 0)
		_exit(3);
}

void
ask_rcpt(const char *recipient)
{
	struct cue *l = add(ASK_RCPT);

	l->ask.recipient_len = put(l->ask.recipient, recipient);
	l->reads = true;
}

void
ask_mail(const char *recipient)
{
	say(ASK_MAIL);
	ask_rcpt(recipient);
	ask(ASK_DATA | ASK_COMMIT);
}

/* Less than the buffer can be written from now on: the body is refused. */
static void
no_big_file(void)
{
	const struct rlimit l = { BODY_SIZE / 2, BODY_SIZE / 2 };

	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &l), 0);
}

void
lead_to(enum house_state state)
{
	if (state > HOUSE_FRESH)
		say(ASK_HELO);
	if (state > HOUSE_READY)
		say(ASK_MAIL);
	if (state > HOUSE_SENDER)
		ask_rcpt("box0@example.org");
	if (state > HOUSE_RCPTS)
		say(ASK_DATA);
	if (state > HOUSE_DATA) {
		no_big_file();
		ask(ASK_BODY);
	}
}

static _Noreturn void
run_session(int pair, enum last last)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(stage.monitor.pair);
	for (int i = 0; i < stage.lines; i++) {
		struct cue *l = &stage.script[i];

		if (l->does != NULL)
			l->does();
		else
			send(pair, &l->ask, l->size, MSG_NOSIGNAL);
		if (l->reads && read(pair, &stage.answers[i],
		    sizeof *stage.answers) <= 0)
			_exit(2);
	}
	if (last == DIE)
		raise(SIGSYS);
	while (last == WAIT)
		pause();
	_exit(0);
}

static void
hear(void)
{
	size_t len = 0;
	ssize_t n;

	while ((n = recv(stage.peer, stage.heard + len,
	    sizeof stage.heard - 1 - len, MSG_DONTWAIT)) > 0)
		len += (size_t)n;
}

bool
play(enum last last)
{
	struct timespec start;
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	stage.monitor.pair = pair[0];
	stage.monitor.session = fork();
	ck_assert_int_ne(stage.monitor.session, -1);
	if (stage.monitor.session == 0)
		run_session(pair[1], last);
	close(pair[1]);
	clock_gettime(CLOCK_MONOTONIC, &start);

	bool result = monitor_run(&stage.monitor);

	stage.took = (long)clock_milliseconds(&start);
	close(pair[0]);
	hear();
	/* Reaped, and so dead. */
	ck_assert_int_eq(waitpid(stage.monitor.session, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
	return result;
}

const struct answer *
last_answer(void)
{
	int i = stage.lines - 1;

	while (i > 0 && !stage.script[i].reads)
		i--;
	return &stage.answers[i];
}

void
ck_attack(const char *what)
{
	char line[300];
	int len = snprintf(line, sizeof line, "what=\"%s\"", what);

	ck_assert(len > 0 && (size_t)len < sizeof line);
	ck_assert_msg(home_logged(&stage.home, line) == 1, "no %s in:\n%s",
	    line, home_log(&stage.home));
	ck_assert_int_eq(home_logged(&stage.home, "event=attack"), 1);
	ck_assert_int_eq(home_logged(&stage.home, "event=closed"), 1);
	ck_assert_int_eq(home_logged(&stage.home, "how=attack"), 1);
	ck_assert_int_eq(home_all(&stage.home), 0);
	ck_assert_str_eq(stage.heard, "");
	ck_assert_int_lt(stage.took, 1500);
}

void
ck_ended(const char *how, int stored)
{
	char end[64];
	int len = snprintf(end, sizeof end, " how=%s", how);

	ck_assert(len > 0 && (size_t)len < sizeof end);
	ck_assert_msg(home_logged(&stage.home, end) == 1, "no %s in:\n%s", end,
	    home_log(&stage.home));
	ck_assert_int_eq(home_logged(&stage.home, "event=attack"), 0);
	ck_assert_int_eq(home_files(&stage.home, "new"), stored);
	ck_assert_int_eq(home_all(&stage.home), stored);
}
