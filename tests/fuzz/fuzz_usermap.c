/* fuzz_usermap.c - any bytes as a user map, any bytes as an address.
 *
 * The first line of the input is the address, the rest the map.  A map without
 * a fault is compiled, and must then say the same of everybody. */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../../smtp-receive/map/compile.h"
#include "found.h"

int LLVMFuzzerTestOneInput(const unsigned char *, size_t);

/* The last words of a look-up. */
static char told[1024];

static void
keep(void *arg, const char *file, unsigned long line, const char *what,
    int error)
{
	found_hear(arg, file, line, what, error);
	check(snprintf(told, sizeof told, "%lu: %s", line, what) > 0);
}

static void
same_target(const struct target *a, const struct target *b)
{
	check(span_same(a->path, b->path));
	check((a->owner == NULL) == (b->owner == NULL));
	check(a->owner == NULL || strcmp(a->owner->name, b->owner->name) == 0);
}

static void
same(const struct finding *a, const struct finding *b)
{
	check(a->reply == b->reply && a->count == b->count);
	check(span_same(a->text, b->text));
	for (size_t i = 0; i < a->count; i++)
		same_target(&a->targets[i], &b->targets[i]);
}

static void
find(struct usermap *map, struct usermap *compiled, struct span address)
{
	static struct finding f, again;
	char said[sizeof told];

	told[0] = '\0';
	usermap_find(map, address, &f);
	found_check(map, &f);
	memcpy(said, told, sizeof said);
	/* To find puts lines into normal form once more: nothing changes. */
	usermap_find(map, address, &again);
	same(&f, &again);
	if (compiled->form != USERMAP_CDB)
		return;
	told[0] = '\0';
	usermap_find(compiled, address, &again);
	check(compiled->whole);
	same(&f, &again);
	check(strcmp(said, told) == 0);
}

/* Only what smtp-receive-map would. */
static void
compile(void)
{
	const struct mapfaults faults = { found_hear, NULL };
	struct maptext text;

	check(maptext_open(&text, found_file("users")) == NULL);
	maptext_enter(&text, found_file("users"), &faults, 0);
	if (text.faults == 0 && text.file.size > 0) {
		found_write("users.cdb", "", 0);
		int fd = open(found_file("users.cdb"), O_RDWR);
		check(fd != -1 && compile_text(&text, fd) == 0);
		close(fd);
	}
	maptext_close(&text);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	const char *text = (const char *)data;
	const char *end = size == 0 ? NULL : memchr(text, '\n', size);
	struct usermap map = {
		.file = found_file("users"), .delimiters = "+-",
		.faults = { keep, NULL }, .users = { found_user, NULL, 1000 },
	};
	struct usermap compiled = map;
	struct timespec now;

	if (end == NULL)
		return 0;
	found_write("users", end + 1, size - (size_t)(end + 1 - text));
	check(clock_gettime(CLOCK_REALTIME, &now) == 0);
	now.tv_sec += 10;
	usermap_open(&map, &now);
	compile();
	usermap_open(&compiled, &now);
	check(compiled.whole == map.whole);
	find(&map, &compiled, (struct span){ text, (size_t)(end - text) });
	find(&map, &compiled, span_of("a@b"));
	find(&map, &compiled, span_of("postmaster"));
	usermap_close(&map);
	usermap_close(&compiled);
	unlink(found_file("users.cdb"));
	return 0;
}
