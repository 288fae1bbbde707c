/* map.c - what the user map costs a connection: its opening, and look-ups.
 *
 *	map FILE COUNT ROUNDS
 *
 * FILE has the lines of map.py, COUNT of them.  Prints, as medians of ROUNDS:
 * the form that was read; microseconds of processor time, reads and page
 * faults for opening it and finding one address, and for finding one more;
 * and the same for one that is not there. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "../../smtp-receive/usermap.h"

struct cost {
	double us, reads, faults;
};

static void
fail(const char *what)
{
	fprintf(stderr, "map: %s\n", what);
	exit(1);
}

static void
tell(void *arg, const char *file, unsigned long line, const char *what,
    int error)
{
	(void)arg, (void)line, (void)error;
	fprintf(stderr, "%s: ", file);
	fail(what);
}

static enum account_answer
nobody(void *arg, struct span name, struct account *found)
{
	(void)arg, (void)name, (void)found;
	return ACCOUNT_NONE;
}

/* The kernel counts each read(2) and pread(2) of ours. */
static double
reads(void)
{
	char line[64];
	double count = -1;
	FILE *io = fopen("/proc/self/io", "r");

	if (io == NULL)
		return -1;
	while (fgets(line, sizeof line, io) != NULL)
		if (sscanf(line, "syscr: %lf", &count) == 1)
			break;
	fclose(io);
	return count;
}

static struct cost
spent(void)
{
	struct timespec t;
	struct rusage r;
	double n = reads();

	getrusage(RUSAGE_SELF, &r);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (struct cost){ (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3,
	    n, (double)r.ru_minflt };
}

/* What spent() itself costs is in neither of two in a row. */
static struct cost
since(struct cost start)
{
	struct timespec t;
	struct rusage r;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	getrusage(RUSAGE_SELF, &r);
	double n = reads();
	return (struct cost){ (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3
	    - start.us, n - start.reads - 1, (double)r.ru_minflt -
	    start.faults };
}

static void
find(struct usermap *map, const char *format, int i, enum reply wanted)
{
	static struct finding found;
	char address[64];

	snprintf(address, sizeof address, format, i, i % 3000);
	found.account_count = 0;
	usermap_find(map, span_of(address), &found);
	if (found.reply != wanted)
		fail(address);
}

static int
compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(struct cost *costs, int count, size_t offset)
{
	double *all = calloc((size_t)count, sizeof *all);

	if (all == NULL)
		fail("no memory");
	for (int i = 0; i < count; i++)
		memcpy(&all[i], (char *)&costs[i] + offset, sizeof *all);
	qsort(all, (size_t)count, sizeof *all, compare);
	double m = all[count / 2];
	free(all);
	return m;
}

static void
print(const char *what, struct cost *costs, int count)
{
	printf("  %-14s %9.1f us %5.0f reads %6.0f faults\n", what,
	    median(costs, count, offsetof(struct cost, us)),
	    median(costs, count, offsetof(struct cost, reads)),
	    median(costs, count, offsetof(struct cost, faults)));
}

int
main(int argc, char **argv)
{
	const char *there = "user%d@d%d.example.org";
	const char *absent = "nobody%d@d%d.example.org";
	struct usermap map = {
		.file = argv[1], .delimiters = "+",
		.faults = { tell, NULL }, .users = { nobody, NULL, 1000 },
	};
	struct timespec now;

	if (argc != 4)
		fail("usage: map FILE COUNT ROUNDS");
	int count = atoi(argv[2]), rounds = atoi(argv[3]);
	struct cost *costs = calloc(3 * (size_t)rounds, sizeof *costs);
	struct cost *more = costs + rounds, *none = more + rounds;
	if (costs == NULL)
		fail("no memory");
	clock_gettime(CLOCK_REALTIME, &now);
	now.tv_sec += 10;
	for (int i = 0; i < rounds; i++) {
		int one = rand() % count, other = rand() % count;
		struct cost start = spent();

		usermap_open(&map, &now);
		find(&map, there, one, reply_rcpt_ok);
		costs[i] = since(start);
		start = spent();
		find(&map, there, other, reply_rcpt_ok);
		more[i] = since(start);
		start = spent();
		find(&map, absent, one, reply_no_such_user);
		none[i] = since(start);
		if (i == 0)
			printf("%d addresses, %s\n", count,
			    map.form == USERMAP_CDB ? "compiled" : "text");
		usermap_close(&map);
	}
	print("open and find", costs, rounds);
	print("find", more, rounds);
	print("find nobody", none, rounds);
	free(costs);
	return 0;
}
