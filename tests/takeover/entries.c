/* entries.c - other ways into the kernel than the one that the session uses,
 * and every number by each of them. */

#include "attacker.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

/* "64 NUMBER", "x32 NUMBER", "32 NUMBER", "sysenter NUMBER": all arguments
 * are zero or harmless. */

#if defined __x86_64__

static const long X32 = 0x40000000;

static void
enter_32(long number)
{
	long result;

	__asm__ volatile ("int $0x80" : "=a"(result)
	    : "a"(number), "b"(-1L), "c"(0L), "d"(0L), "S"(0L), "D"(0L)
	    : "memory", "r8", "r9", "r10", "r11");
	attacker_say("alive: 32-bit call %ld gave %ld", number, result);
}

/* Comes back, if ever, to where a 32-bit program's vDSO would be. */
static void
enter_fast(long number)
{
	__asm__ volatile ("sysenter" : : "a"(number), "b"(-1L), "c"(0L),
	    "d"(0L) : "memory");
	attacker_say("alive: sysenter");
}

/* The page at a fixed address that programs of 2010 called for the time. */
static void
enter_vsyscall(const struct attacker *a)
{
	union {
		uintptr_t address;
		long (*call)(long *);
	} page = { .address = 0xffffffffff600400 };

	attacker_say("alive: %s gave %ld", a->name, page.call(NULL));
}

static void
read_counter(const struct attacker *a)
{
	unsigned low, high;

	__asm__ volatile ("rdtsc" : "=a"(low), "=d"(high));
	attacker_say("alive: %s", a->name);
}

#else

static const long X32 = 0;

static void
enter_32(long number)
{
	(void)number;
	abort();
}

static void
enter_fast(long number)
{
	(void)number;
	abort();
}

static void
enter_vsyscall(const struct attacker *a)
{
	(void)a;
	abort();
}

static void
read_counter(const struct attacker *a)
{
	(void)a;
	abort();
}

#endif

static void
enter(const struct attacker *a)
{
	static const long arguments[6] = { -1 };
	char *number = strchr(a->argument, ' ');
	long n = number == NULL ? 0 : strtol(number, NULL, 10);

	if (strncmp(a->argument, "32 ", 3) == 0)
		enter_32(n);
	else if (strncmp(a->argument, "sysenter ", 9) == 0)
		enter_fast(n);
	else if (strncmp(a->argument, "x32 ", 4) == 0)
		attacker_say("alive: x32 call %ld gave %ld", n,
		    attacker_call(n | X32, arguments));
	else
		attacker_say("alive: call %ld gave %ld", n,
		    attacker_call(n, arguments));
}

const struct attack entry_attacks[] = {
	{ .name = "number", .run = enter },
	{ .name = "vsyscall", .run = enter_vsyscall },
	{ .name = "rdtsc", .run = read_counter },
	{ 0 }
};
