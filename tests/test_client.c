/* test_client.c - the connection as descriptors 0 and 1. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "../smtp-receive/client.h"
#include "suite.h"

static struct client client;
static int peer;			/* the client's end */

static long
milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* 0 and 1 become this descriptor. */
static void
become(int fd)
{
	dup2(fd, 0);
	dup2(fd, 1);
	close(fd);
}

static void
stream_pair(void)
{
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	become(pair[0]);
	peer = pair[1];
	client_look(&client);
}

static void
pipes(void)
{
	int in[2], out[2];

	ck_assert_int_eq(pipe(in), 0);
	ck_assert_int_eq(pipe(out), 0);
	dup2(in[0], 0);
	dup2(out[1], 1);
	close(in[0]);
	close(out[1]);
	peer = in[1];
	client_look(&client);
}

/* A connection over the loopback of this family; false where there is none.
 * mapped: an IPv4 client at a socket for both. */
static bool
connected(int family, bool mapped)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	struct sockaddr_in four = { .sin_family = AF_INET };
	socklen_t len = sizeof six;
	int server = socket(family, SOCK_STREAM, 0), zero = 0;

	four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	six.sin6_addr = mapped ? in6addr_any : in6addr_loopback;
	if (server == -1)
		return false;
	setsockopt(server, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof zero);
	if (bind(server, family == AF_INET ? (void *)&four : &six,
	    family == AF_INET ? sizeof four : sizeof six) == -1 ||
	    listen(server, 1) == -1)
		return false;
	getsockname(server, (void *)&six, &len);
	four.sin_port = family == AF_INET
	    ? ((struct sockaddr_in *)(void *)&six)->sin_port : six.sin6_port;
	family = mapped ? AF_INET : family;
	peer = socket(family, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(peer, family == AF_INET ? (void *)&four : &six,
	    family == AF_INET ? sizeof four : sizeof six), 0);
	become(accept(server, NULL, NULL));
	close(server);
	client_look(&client);
	ck_assert_uint_eq(client.port, ntohs(four.sin_port));
	return true;
}

static void
ck_client(const char *address, const char *literal)
{
	ck_assert_str_eq(client.address, address);
	ck_assert_str_eq(client.literal, literal);
	ck_assert_str_eq(client.local, address);
	ck_assert(client.socket[0] && client.socket[1]);
}

START_TEST(ipv4)
{
	setenv("TCPREMOTEIP", "203.0.113.9", 1);
	ck_assert(connected(AF_INET, false));
	ck_client("127.0.0.1", "[127.0.0.1]");
}
END_TEST

START_TEST(ipv6)
{
	if (!connected(AF_INET6, false)) {
		printf("# skip ipv6: no IPv6 on the loopback\n");
		fflush(stdout);
		return;
	}
	ck_client("::1", "[IPv6:::1]");
}
END_TEST

START_TEST(ipv4_in_ipv6_clothes)
{
	if (!connected(AF_INET6, true)) {
		printf("# skip ipv4_in_ipv6_clothes: no IPv6\n");
		fflush(stdout);
		return;
	}
	ck_client("127.0.0.1", "[127.0.0.1]");
}
END_TEST

START_TEST(no_address)
{
	if (_i == 0)
		stream_pair();
	else
		pipes();
	ck_assert_str_eq(client.address, "unknown");
	ck_assert_str_eq(client.literal, "unknown");
	ck_assert_str_eq(client.local, "unknown");
	ck_assert_uint_eq(client.port, 0);
	ck_assert_int_eq(client.socket[0], _i == 0);
	ck_assert_int_eq(client.socket[1], _i == 0);
}
END_TEST

START_TEST(a_socket_in_and_a_pipe_out)
{
	int out[2];

	stream_pair();
	ck_assert_int_eq(pipe(out), 0);
	dup2(out[1], 1);
	client_look(&client);
	ck_assert(client.socket[0] && !client.socket[1]);
	ck_assert_int_eq(client_timeouts(&client, 1), 0);
}
END_TEST

START_TEST(reads_and_writes_time_out)
{
	static char octets[1 << 16];
	long start;

	stream_pair();
	fcntl(0, F_SETFL, O_NONBLOCK);
	ck_assert_int_eq(client_timeouts(&client, 1), 0);
	ck_assert_int_eq(fcntl(0, F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_eq(fcntl(1, F_GETFL) & O_NONBLOCK, 0);
	start = milliseconds();
	ck_assert_int_eq(read(0, octets, 1), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_ge(milliseconds() - start, 900);
	start = milliseconds();
	while (write(1, octets, sizeof octets) > 0)
		;
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_ge(milliseconds() - start, 900);
}
END_TEST

START_TEST(pipes_block_from_now_on)
{
	pipes();
	fcntl(0, F_SETFL, O_NONBLOCK);
	fcntl(1, F_SETFL, O_NONBLOCK);
	ck_assert_int_eq(client_timeouts(&client, 1), 0);
	ck_assert_int_eq(fcntl(0, F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_eq(fcntl(1, F_GETFL) & O_NONBLOCK, 0);
}
END_TEST

START_TEST(an_early_talker)
{
	long start;

	stream_pair();
	start = milliseconds();
	ck_assert(!client_speaks(&client, 200));
	ck_assert_int_ge(milliseconds() - start, 190);
	ck_assert_int_eq(write(peer, "E", 1), 1);
	ck_assert(client_speaks(&client, 10000));
	ck_assert_int_lt(milliseconds() - start, 5000);
}
END_TEST

/* _i: a socket or a pipe. */
START_TEST(who_hangs_up_early_does_not_talk)
{
	if (_i == 0)
		stream_pair();
	else
		pipes();
	close(peer);
	ck_assert(!client_speaks(&client, 10000));
}
END_TEST

/* _i: a socket or a pipe. */
START_TEST(who_hung_up_is_gone)
{
	if (_i == 0)
		stream_pair();
	else
		pipes();
	ck_assert(!client_gone(&client));
	close(peer);
	ck_assert(client_gone(&client));
}
END_TEST

START_TEST(who_only_closed_his_side_is_gone_too)
{
	stream_pair();
	shutdown(peer, SHUT_WR);
	ck_assert(client_gone(&client));
}
END_TEST

START_TEST(a_reset_is_gone)
{
	const struct linger hard = { 1, 0 };

	ck_assert(connected(AF_INET, false));
	setsockopt(peer, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
	close(peer);
	ck_assert(client_gone(&client));
}
END_TEST

/* It is still to be read by the session; _i: from a socket or a pipe. */
START_TEST(input_that_waits_is_not_eaten)
{
	char octet = 0;

	if (_i == 0)
		stream_pair();
	else
		pipes();
	ck_assert_int_eq(write(peer, "x", 1), 1);
	close(peer);
	ck_assert(!client_gone(&client));
	ck_assert_int_eq(read(0, &octet, 1), 1);
	ck_assert_int_eq(octet, 'x');
}
END_TEST

START_TEST(a_last_line_never_waits)
{
	static char octets[4096];

	stream_pair();
	client_say("421 bye\r\n", 9);
	ck_assert_int_eq(read(peer, octets, sizeof octets), 9);
	ck_assert_mem_eq(octets, "421 bye\r\n", 9);
	fcntl(1, F_SETFL, O_NONBLOCK);
	while (write(1, octets, sizeof octets) > 0)
		;
	fcntl(1, F_SETFL, 0);
	client_say("421 bye\r\n", 9);
}
END_TEST

/* _i: from a socket or from pipes; what was there is nobody's any more. */
START_TEST(a_turn_to_another_socket)
{
	int pair[2];
	char octets[10];

	if (_i == 0)
		stream_pair();
	else
		pipes();
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ck_assert_int_eq(client_turn(&client, pair[0]), 0);
	close(pair[0]);
	ck_assert(client.socket[0] && client.socket[1]);
	client_say("421 bye\r\n", 9);
	ck_assert_int_eq(read(pair[1], octets, sizeof octets), 9);
	ck_assert(!client_gone(&client));
	ck_assert_int_eq(write(pair[1], "x", 1), 1);
	ck_assert(client_speaks(&client, 10000));
	ck_assert_int_eq(read(0, octets, 1), 1);
	close(pair[1]);
	ck_assert(client_gone(&client));
}
END_TEST

/* So that no reset eats the reply: what still comes is read, to his end. */
START_TEST(parting_reads_to_the_end)
{
	char octets[100] = "";

	ck_assert(connected(AF_INET, false));
	client_say("221 bye\r\n", 9);
	ck_assert_int_eq(write(peer, "more", 4), 4);
	shutdown(peer, SHUT_WR);
	client_part(&client);
	close(0);
	close(1);
	ck_assert_int_eq(read(peer, octets, sizeof octets), 9);
	ck_assert_int_eq(read(peer, octets, sizeof octets), 0);
}
END_TEST

START_TEST(parting_takes_two_seconds_at_most)
{
	long start = milliseconds();

	stream_pair();
	client_part(&client);
	ck_assert_int_ge(milliseconds() - start, 1900);
	ck_assert_int_lt(milliseconds() - start, 3000);
}
END_TEST

/* Nor longer, where he goes on speaking all the time. */
START_TEST(parting_from_one_who_does_not_stop)
{
	const struct timespec step = { .tv_nsec = 50 * 1000 * 1000 };
	long start;

	stream_pair();
	if (fork() == 0) {
		close(0);
		close(1);
		while (send(peer, "x", 1, MSG_NOSIGNAL) == 1)
			nanosleep(&step, NULL);
		_exit(0);
	}
	start = milliseconds();
	client_part(&client);
	ck_assert_int_lt(milliseconds() - start, 3000);
}
END_TEST

START_TEST(parting_from_a_pipe_is_nothing)
{
	long start = milliseconds();

	pipes();
	client_part(&client);
	ck_assert_int_lt(milliseconds() - start, 500);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("client");
	TCase *tc = tcase_create("client");

	tcase_set_timeout(tc, 20);
	tcase_add_test(tc, ipv4);
	tcase_add_test(tc, ipv6);
	tcase_add_test(tc, ipv4_in_ipv6_clothes);
	tcase_add_loop_test(tc, no_address, 0, 2);
	tcase_add_test(tc, a_socket_in_and_a_pipe_out);
	tcase_add_test(tc, reads_and_writes_time_out);
	tcase_add_test(tc, pipes_block_from_now_on);
	tcase_add_test(tc, an_early_talker);
	tcase_add_loop_test(tc, who_hung_up_is_gone, 0, 2);
	tcase_add_loop_test(tc, who_hangs_up_early_does_not_talk, 0, 2);
	tcase_add_test(tc, who_only_closed_his_side_is_gone_too);
	tcase_add_test(tc, a_reset_is_gone);
	tcase_add_loop_test(tc, input_that_waits_is_not_eaten, 0, 2);
	tcase_add_test(tc, a_last_line_never_waits);
	tcase_add_loop_test(tc, a_turn_to_another_socket, 0, 2);
	tcase_add_test(tc, parting_reads_to_the_end);
	tcase_add_test(tc, parting_takes_two_seconds_at_most);
	tcase_add_test(tc, parting_from_one_who_does_not_stop);
	tcase_add_test(tc, parting_from_a_pipe_is_nothing);
	suite_add_tcase(s, tc);
	return s;
}
