/* smtp-receive-map.c - compiles the user map.
 *
 * The receiver's own rooms read it, so that what is a fault there is one here,
 * in the same words.  A map with a fault leaves the compiled one as it was. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "../maptext.h"
#include "compile.h"
#include "replace.h"

#define USERS "/etc/smtp-receive/users"

enum {
	QUIET	= 2,		/* seconds without a change: it is written */
	TRIES	= 5,		/* for a text that changes meanwhile */
	AGAIN	= -1,		/* no exit status */
};

struct options {
	const char *file;
	char cdb[PATH_MAX];	/* beside it */
	bool check, verbose;
};

static void
tell(void *arg, const char *file, unsigned long line, const char *what,
    int error)
{
	(void)arg;
	fprintf(stderr, "%s:", file);
	if (line != 0)
		fprintf(stderr, "%lu:", line);
	fprintf(stderr, " %s%s%s\n", what, error == 0 ? "" : ": ",
	    error == 0 ? "" : strerror(error));
}

static int
fault(const char *file, const char *what, int error, int status)
{
	tell(NULL, file, 0, what, error);
	return status;
}

/* Before it is read, not after: the clock of its time ticks in milliseconds, so
 * a change that followed the last one quickly would not show.  The systemd unit
 * starts us while an editor may still be writing. */
static void
wait_for_quiet(const char *file)
{
	struct timespec now, left;
	struct stat st;

	if (stat(file, &st) == -1)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	left = (struct timespec){ st.st_mtim.tv_sec + QUIET - now.tv_sec,
	    st.st_mtim.tv_nsec - now.tv_nsec };
	if (left.tv_nsec < 0) {
		left.tv_sec--;
		left.tv_nsec += 1000000000;
	}
	if (left.tv_sec >= 0 && left.tv_sec < 2 * QUIET)
		nanosleep(&left, NULL);
}

/* What the receiver would say of the file as a whole, too. */
static int
check(const struct options *o, struct maptext *text)
{
	const struct mapfaults faults = { .tell = tell };
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	const char *what = mapfile_unsure(&text->file, &now);
	if (text->file.changed)
		return AGAIN;
	if (what != NULL)
		return fault(o->file, what, 0, EX_DATAERR);
	maptext_enter(text, o->file, &faults, ULONG_MAX);
	return text->faults == 0 ? EX_OK : EX_DATAERR;
}

static int
replace(const struct options *o, struct maptext *text, struct replace *r)
{
	const struct stat *stamp = &text->file.stamp;

	if (compile_text(text, r->fd) == -1 || replace_settle(r, stamp) == -1)
		return fault(o->cdb, "cannot be written", errno, EX_IOERR);
	if (replace_interrupted() || !mapfile_still(stamp, o->file))
		return AGAIN;
	if (replace_publish(r) == -1)
		return fault(o->cdb, "cannot be put in place", errno,
		    EX_IOERR);
	/* systemd may not start us for a change while we are running. */
	return mapfile_still(stamp, o->file) ? EX_OK : AGAIN;
}

static int
compile(const struct options *o, struct maptext *text)
{
	struct replace r;

	if (replace_begin(&r, o->cdb) == -1)
		return fault(o->cdb, "no file can be made beside it", errno,
		    EX_CANTCREAT);
	int status = replace(o, text, &r);
	replace_end(&r);		/* and here a signal ends us */
	if (status == EX_OK && o->verbose)
		printf("%s: made of %zu bytes\n", o->cdb, text->file.size);
	return status;
}

static int
attempt(const struct options *o)
{
	struct maptext text;

	wait_for_quiet(o->file);
	const char *what = maptext_open(&text, o->file);
	if (what != NULL)
		return fault(o->file, what, errno, EX_NOINPUT);
	int status = check(o, &text);
	if (status == EX_OK && !o->check)
		status = compile(o, &text);
	maptext_close(&text);
	return status;
}

static int
run(const struct options *o)
{
	int status = AGAIN;

	for (int i = 0; status == AGAIN && i < TRIES; i++)
		status = attempt(o);
	return status != AGAIN ? status : fault(o->file, "changed each time "
	    "that it was read: is somebody writing it?", 0, EX_TEMPFAIL);
}

static void
usage(FILE *to)
{
	fputs("usage: smtp-receive-map [-nv] [file]\n"
	    "       smtp-receive-map -V | -h\n", to);
}

/* AGAIN: it is to run. */
static int
parse(int argc, char **argv, struct options *o)
{
	int c;

	while ((c = getopt(argc, argv, "nvVh")) != -1)
		switch (c) {
		case 'n':
			o->check = true;
			break;
		case 'v':
			o->verbose = true;
			break;
		case 'V':
			puts("smtp-receive-map " VERSION);
			return EX_OK;
		case 'h':
			usage(stdout);
			return EX_OK;
		default:
			usage(stderr);
			return EX_USAGE;
		}
	if (argc - optind > 1) {
		usage(stderr);
		return EX_USAGE;
	}
	o->file = optind < argc ? argv[optind] : USERS;
	return AGAIN;
}

int
main(int argc, char **argv)
{
	struct options options = { 0 };
	int status = parse(argc, argv, &options);

	if (status != AGAIN)
		return status;
	/* To be told of a full pipe or a file too large by the call. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	int n = snprintf(options.cdb, sizeof options.cdb, "%s.cdb",
	    options.file);
	if (n < 0 || (size_t)n >= sizeof options.cdb)
		return fault(options.file, "too long a path", 0, EX_NOINPUT);
	return run(&options);
}
