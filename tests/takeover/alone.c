/* alone.c - what read, write and exit give by themselves. */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attacker.h"

/* Which descriptors are there?  A call with no room tells, and does nothing:
 * not even an empty message. */
static void
descriptors(const struct attacker *a)
{
	char octet = 0;
	const char *volatile none = NULL;	/* gcc would warn */

	(void)a;
	for (int fd = 0; fd < 4096; fd++)
		if (read(fd, &octet, 0) != -1 || errno != EBADF ||
		    write(fd, none, 1) != -1 || errno != EBADF)
			attacker_say("descriptor %d", fd);
}

/* Whatever is behind a descriptor that should not be there. */
static void
touch(const struct attacker *a)
{
	char octets[64] = "x";

	for (int fd = 4; fd < 4096; fd++)
		if (write(fd, octets, 1) != -1 ||
		    read(fd, octets, sizeof octets) != -1)
			attacker_say("alive: %d can be used", fd);
	if (write(2, octets, 1) != -1)
		attacker_say("alive: 2 can be used");
	attacker_say("done: %s", a->name);
}

static void
garbage(const struct attacker *a)
{
	char octets[4096];
	unsigned seed = 1;

	(void)a;
	for (int i = 0; i < 256; i++) {
		for (size_t j = 0; j < sizeof octets; j++)
			octets[j] = (char)((seed = seed * 1103515245 + 12345)
			    >> 16);
		if (write(1, octets, sizeof octets) == -1)
			return;
	}
}

static void
flood(const struct attacker *a)
{
	char octets[4096];

	(void)a;
	memset(octets, 'x', sizeof octets);
	for (;;) {
		ssize_t n = write(1, octets, sizeof octets);
		(void)n;
	}
}

/* To the client, page by page: write(2) tells which are there. */
static void
dump(const struct attacker *a)
{
	extern char __executable_start[];
	uintptr_t image = (uintptr_t)__executable_start & ~(uintptr_t)4095;
	uintptr_t stack = (uintptr_t)&image & ~(uintptr_t)4095;

	(void)a;
	for (uintptr_t at = image; at < image + (8 << 20); at += 4096) {
		ssize_t n = write(1, (const void *)at, 4096);
		(void)n;
	}
	for (uintptr_t at = stack - (64 << 10); at < stack + (256 << 10);
	    at += 4096) {
		ssize_t n = write(1, (const void *)at, 4096);
		(void)n;
	}
}

/* The kernel's half of the addresses, and where it is never mapped. */
static void
kernel_memory(const struct attacker *a)
{
	static const uint64_t places[] = { 0, 0xffff888000000000,
	    0xffffffff81000000, 0xffffffffff600000, 0xffffffffffffffff,
	    0x8000000000000000, 0x00007ffffffff000 };

	for (size_t i = 0; i < countof(places); i++)
		if (write(1, (const void *)(uintptr_t)places[i], 16) != -1 ||
		    read(0, (void *)(uintptr_t)places[i], 16) != -1)
			attacker_say("alive: %zu was read or written", i);
	attacker_say("done: %s", a->name);
}

static void
leave(const struct attacker *a)
{
	sandbox_exit((int)a->number);
}

/* Through a pointer, so that the compiler sees no end that never comes. */
static int (*volatile deeper)(volatile char *);

static int
go_deeper(volatile char *above)
{
	volatile char frame[16384];

	frame[0] = (char)(*above + 1);
	return deeper(frame) + frame[0];
}

static void
stack(const struct attacker *a)
{
	volatile char first = 0;

	deeper = go_deeper;
	attacker_say("alive: %s %d", a->name, deeper(&first));
}

static void
heap(const struct attacker *a)
{
	for (;;)
		if (malloc(65536) == NULL)
			attacker_say("alive: %s is full", a->name);
}

static void
spin(const struct attacker *a)
{
	(void)a;
	for (volatile unsigned n = 0;; n++)
		;
}

/* Nobody answers what was not asked. */
static void
sleep_on_pair(const struct attacker *a)
{
	char octet;

	(void)a;
	for (;;) {
		ssize_t n = read(SANDBOX_PAIR, &octet, 1);
		(void)n;
	}
}

/* As often as the kernel says that nothing came. */
static void
sleep_on_client(const struct attacker *a)
{
	char octet;

	(void)a;
	for (;;) {
		ssize_t n = read(0, &octet, 1);
		(void)n;
	}
}

static void
fault_at(const struct attacker *a)
{
	*(volatile int *)(uintptr_t)a->number = 1;
	attacker_say("alive: %s", a->name);
}

const struct attack alone_attacks[] = {
	{ .name = "descriptors", .run = descriptors },
	{ .name = "touch", .run = touch },
	{ .name = "garbage", .run = garbage },
	{ .name = "flood", .run = flood },
	{ .name = "dump", .run = dump },
	{ .name = "kernel-memory", .run = kernel_memory },
	{ .name = "exit", .run = leave },
	{ .name = "stack", .run = stack },
	{ .name = "heap", .run = heap },
	{ .name = "spin", .run = spin },
	{ .name = "sleep-pair", .run = sleep_on_pair },
	{ .name = "sleep-client", .run = sleep_on_client },
	{ .name = "segfault", .run = fault_at },
	{ 0 }
};
