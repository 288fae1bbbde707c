/* answers.c - what the program prints and how it exits. */

#include "parts.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxy"	/* 51 */

START_TEST(the_user_is_found)
{
	static const struct {
		const char *script;
		uid_t uid;
		gid_t gid;
		const char *home;
	} rows[] = {
		{ ANN, 1000, 1001, "/home/ann" },
		{ "echo ann:0:0:/root", 0, 0, "/root" },
		{ "echo ann:4294967294:4294967294:/", 4294967294, 4294967294,
		    "/" },
		{ "echo ann:1:2:/home/ann//", 1, 2, "/home/ann" },
		{ "echo ann:1:2:///", 1, 2, "/" },
		{ "echo ann:1:2:/home/a:b", 1, 2, "/home/a:b" },
		{ "echo 'ann:1:2:/home/a b'", 1, 2, "/home/a b" },
		{ "printf 'ann:1:2:/h\\303\\244\\n'", 1, 2, "/h\303\244" },
		{ "echo ann:1:2:/" LETTERS LETTERS LETTERS LETTERS
		    "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmn"
		    , 1, 2, "/" LETTERS LETTERS LETTERS LETTERS
		    "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmn" },
		{ "printf ann:1; sleep 0.1; echo :2:/home/ann", 1, 2,
		    "/home/ann" },
	};

	script(rows[_i].script);
	ck_assert_int_eq(find(), ACCOUNT_FOUND);
	ck_assert_str_eq(desk.found.name, "ann");
	ck_assert_uint_eq(desk.found.uid, rows[_i].uid);
	ck_assert_uint_eq(desk.found.gid, rows[_i].gid);
	ck_assert_str_eq(desk.found.home, rows[_i].home);
	ck_assert(strlen(desk.found.home) < 10 || rows[_i].home[5] != 'e' ||
	    strlen(desk.found.home) == MAX_HOME - 1);
}
END_TEST

START_TEST(the_user_does_not_exist)
{
	script("exit 1");
	ck_assert_int_eq(find(), ACCOUNT_NONE);
}
END_TEST

/* Not one of these may become a 550. */
static const char *const troubles[] = {
	"exit 2",
	"exit 3",
	"exit 126",
	"exit 127",
	"exit 255",
	"kill -9 $$",
	"kill -11 $$",
	ANN "exit 2",
	ANN "kill -9 $$",
	ANN "exit 1",
	"echo; exit 1",
	"exit 0",
	"echo",
	"printf ann:1000:1001:/home/ann",
	"echo bob:1000:1001:/home/bob",
	"echo Ann:1000:1001:/home/ann",
	"echo anna:1000:1001:/home/ann",
	"echo an:1000:1001:/home/ann",
	"echo :1000:1001:/home/ann",
	"echo ann:4294967295:1001:/home/ann",
	"echo ann:4294967296:1001:/home/ann",
	"echo ann:18446744073709552616:1001:/home/ann",
	"echo ann:-1:1001:/home/ann",
	"echo ann:+1:1001:/home/ann",
	"echo 'ann: 1:1001:/home/ann'",
	"echo ann:0x10:1001:/home/ann",
	"echo ann::1001:/home/ann",
	"echo ann:1000:4294967295:/home/ann",
	"echo ann:1000:users:/home/ann",
	"echo ann:1000::/home/ann",
	"echo ann:1000:/home/ann",
	"echo ann:1000:1001",
	"echo ann:1000:1001:",
	"echo ann:1000",
	"echo ann",
	"echo ann:1000:1001:home/ann",
	"echo ann:1000:1001:~ann",
	"echo ann:1000:1001:/" LETTERS LETTERS LETTERS LETTERS LETTERS "a",
	"printf 'ann:1000:1001:/home/a\\tnn\\n'",
	"printf 'ann:1000:1001:/home/a\\177nn\\n'",
	"printf 'ann:1000:1001:/home/ann\\0\\n'",
	"printf 'ann:1000:1001:/home/ann\\r\\n'",
	"printf 'a\\0n:1000:1001:/home/ann\\n'",
	ANN ANN,
	ANN "echo",
	"echo >&2; exit 2",
	/* What the child says that could not become the program; not quite. */
	"printf '\\143\\0\\0\\0\\2\\0\\0\\0'; exit 127",
	"printf '\\377\\377\\377\\377\\2\\0\\0\\0'; exit 127",
	"printf '\\3\\0\\0\\0\\2\\0\\0\\0\\n'; exit 127",
};

START_TEST(nobody_knows)
{
	script(troubles[_i]);
	ck_trouble("smtp-receive-user", 0);
	ck_assert(desk.took < 5);
}
END_TEST

START_TEST(more_than_a_line_can_have)
{
	script(_i == 0 ? "yes" : "printf 'ann:1:2:/%0600d\\n' 0");
	ck_trouble("smtp-receive-user", EMSGSIZE);
	ck_assert(desk.took < 5);
}
END_TEST

void
add_answers(TCase *tc)
{
	tcase_add_loop_test(tc, the_user_is_found, 0, 10);
	tcase_add_test(tc, the_user_does_not_exist);
	tcase_add_loop_test(tc, nobody_knows, 0, countof(troubles));
	tcase_add_loop_test(tc, more_than_a_line_can_have, 0, 2);
}
