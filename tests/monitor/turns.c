/* turns.c - every part in every state. */

#include <stdio.h>
#include <string.h>

#include "parts.h"

static const enum house_state states[] = {
	HOUSE_FRESH, HOUSE_READY, HOUSE_SENDER, HOUSE_RCPTS, HOUSE_DATA,
	HOUSE_REFUSED,
};

/* What backend.h permits, once more and in another form: a letter for each
 * of the states. */
static const struct turn {
	enum ask_part part;
	const char *when;	/* F R S T D X */
} turns[] = {
	{ ASK_ABORT,	"..STDX" },
	{ ASK_HELO,	"FR...." },
	{ ASK_MAIL,	".R...." },
	{ ASK_DATA,	"...T.." },
	{ ASK_NOTE,	"FRSTDX" },
	{ ASK_TLS,	".R...." },
	{ ASK_RCPT,	"..ST.." },
	{ ASK_BODY,	"....D." },
	{ ASK_COMMIT,	"....D." },
	{ ASK_QUIT,	"FRSTDX" },
};

enum { ALL = countof(turns) * countof(states) };

static void
ck_taken(enum ask_part part, enum house_state state)
{
	if ((part & ASK_QUESTION) != 0)
		ask(part);
	else
		say(part);
	if (part != ASK_QUIT)
		say(ASK_QUIT);
	play(EXIT);
	ck_ended("quit", part == ASK_COMMIT && state == HOUSE_DATA);
}

START_TEST(a_part_is_taken_in_its_states_and_an_attack_in_all_others)
{
	const struct turn *turn = &turns[(size_t)_i / countof(states)];
	size_t state = (size_t)_i % countof(states);

	fprintf(stderr, "# part %#x, state %#x\n", turn->part, states[state]);
	stage.tls.state = TLS_BROKEN;	/* asked for, it is 454 */
	lead_to(states[state]);
	if (turn->when[state] != '.') {
		ck_taken(turn->part, states[state]);
		return;
	}
	say(turn->part);
	play(WAIT);
	ck_attack("a message out of turn");
}
END_TEST

/* Parts that are each permitted, but not one after the other. */
START_TEST(parts_are_taken_in_their_order)
{
	static const struct {
		enum house_state state;
		unsigned parts;
		bool good;
	} rows[] = {
		{ HOUSE_FRESH, ASK_HELO | ASK_MAIL | ASK_RCPT, true },
		{ HOUSE_FRESH, ASK_MAIL | ASK_RCPT, false },
		{ HOUSE_READY, ASK_HELO | ASK_MAIL | ASK_NOTE, true },
		{ HOUSE_RCPTS, ASK_HELO | ASK_RCPT, false },
		{ HOUSE_RCPTS, ASK_DATA | ASK_RCPT, false },
		{ HOUSE_SENDER, ASK_DATA | ASK_COMMIT, false },
		{ HOUSE_RCPTS, ASK_DATA | ASK_NOTE | ASK_QUIT, true },
	};

	fprintf(stderr, "# row %d\n", _i);
	lead_to(rows[_i].state);
	if ((rows[_i].parts & ASK_QUESTION) != 0 && rows[_i].good)
		ask(rows[_i].parts);
	else
		say(rows[_i].parts);
	if (rows[_i].good && (rows[_i].parts & ASK_QUIT) == 0)
		say(ASK_QUIT);
	play(rows[_i].good ? EXIT : WAIT);
	if (rows[_i].good)
		ck_ended("quit", 0);
	else
		ck_attack("a message out of turn");
}
END_TEST

/* A refused body is undone at once, and neither more of it nor a commit can
 * follow; the mail after it is a good one. */
START_TEST(after_a_refused_body_only_abort_leads_on)
{
	lead_to(HOUSE_REFUSED);
	does(see_nothing_in_tmp);
	say(ASK_ABORT);
	ask_mail("box1@example.org");
	say(ASK_QUIT);
	play(EXIT);
	ck_ended("quit", 1);
	ck_assert_int_eq(home_entries(&stage.home, 1, "new"), 1);
	ck_assert_int_eq(home_logged(&stage.home, "reply=451 command=DATA"), 1);
	ck_assert(stage.house.fault);
}
END_TEST

/* What was acknowledged stays; what comes behind it is an attack. */
START_TEST(behind_a_commit)
{
	static const unsigned parts[] = { ASK_COMMIT, ASK_BODY, ASK_ABORT,
	    ASK_DATA, ASK_RCPT };

	lead_to(HOUSE_DATA);
	ask(ASK_COMMIT);
	say(parts[_i]);
	play(WAIT);
	ck_assert_int_eq(home_logged(&stage.home, "out of turn"), 1);
	ck_assert_int_eq(home_logged(&stage.home, "event=stored"), 1);
	ck_assert_int_eq(home_all(&stage.home), 1);
	ck_assert_int_eq(home_entries(&stage.home, 0, "new"), 1);
}
END_TEST

/* Whatever comes behind quit is not even read. */
START_TEST(behind_quit)
{
	lead_to(HOUSE_DATA);
	say(ASK_QUIT);
	say(ASK_COMMIT);
	say(ASK_HELO);
	play(WAIT);
	ck_ended("quit", 0);
	ck_assert_int_eq(home_logged(&stage.home, "event=helo"), 1);
	ck_assert_int_lt(stage.took, 1500);
}
END_TEST

void
add_turns(TCase *tc)
{
	tcase_add_loop_test(tc,
	    a_part_is_taken_in_its_states_and_an_attack_in_all_others, 0, ALL);
	tcase_add_loop_test(tc, parts_are_taken_in_their_order, 0, 7);
	tcase_add_test(tc, after_a_refused_body_only_abort_leads_on);
	tcase_add_loop_test(tc, behind_a_commit, 0, 5);
	tcase_add_test(tc, behind_quit);
}
