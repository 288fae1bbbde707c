/* id.c - the name of a connection in the log and in the replies. */

#include "id.h"

#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "span.h"

enum { TIME_DIGITS = 8 };	/* 36^8 ms: until the year 2059 */

/* The last count digits of n, in base 36. */
static void
put(char *at, int count, uint64_t n)
{
	while (count-- > 0) {
		at[count] = "0123456789abcdefghijklmnopqrstuvwxyz"[n % 36];
		n /= 36;
	}
}

void
id_make(char id[ID_LENGTH + 1])
{
	struct timespec now = { 0 };
	uint64_t random;

	clock_gettime(CLOCK_REALTIME, &now);
	if (getrandom(&random, sizeof random, GRND_NONBLOCK) !=
	    (ssize_t)sizeof random)
		random = (uint64_t)getpid();
	put(id, TIME_DIGITS, (uint64_t)now.tv_sec * 1000 +
	    (uint64_t)now.tv_nsec / 1000000);
	put(id + TIME_DIGITS, ID_LENGTH - TIME_DIGITS, random);
	id[ID_LENGTH] = '\0';
}

void
id_of_mail(const char *id, unsigned number, char at[MAX_ID])
{
	char digits[SPAN_DECIMAL];
	struct span n = span_decimal(number, digits);
	size_t len = strnlen(id, ID_LENGTH);

	memcpy(at, id, len);
	at[len] = '\0';
	if (number != 0 && len + 1 + n.len < MAX_ID) {
		at[len] = '.';
		span_copy(n, at + len + 1, MAX_ID - len - 1);
	}
}
