/* file.c - lines, right and wrong, and files that cannot be read. */

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../suite.h"
#include "parts.h"
#include "stage.h"

#define X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X1000 X50 X50 X50 X50 X50 X50 X50 X50 X50 X50 \
	X50 X50 X50 X50 X50 X50 X50 X50 X50 X50

static const struct row {
	const char *title, *text;
	const char *faults;	/* all of them, "" for none */
} rows[] = {
	{ "an empty file is all defaults", "", "" },
	{ "comments, empty lines and white space do not count",
	  "\n  \n# max-errors = abc\n \t# x\n\t max-errors\t=\t5 \t\n", "" },
	{ "the last line may do without its end", "max-errors = 5", "" },
	{ "a key's case does not count, nor do a letter's",
	  "Max-Message-Size = 1m\nLOG = SysLog\nsync = Fast\n", "" },
	{ "a # further right is part of the value",
	  "users = /a#b # c\nrecipient-delimiter = #\n", "" },
	{ "a value may have an = and bytes above ASCII",
	  "users = /a=\xc3\xa4\n", "" },
	{ "no delimiter is none", "recipient-delimiter =\n", "" },
	{ "and is read", "max-errors = x", "f:1: max-errors: max-errors wants "
	  "a number from 1 to 1000, not \"x\"\n" },
	{ "a line has 1,024 bytes at most", "#" X1000 X50, "f:1: : line too "
	  "long: 1024 bytes are the limit\n" },
	{ "1,024 are not too many", "#" X1000 "12345678901234567890123\n", "" },
	{ "1,025 are, and the line behind them is read",
	  "#" X1000 "123456789012345678901234\nmax-errors = 0\n",
	  "f:1: : line too long: 1024 bytes are the limit\n"
	  "f:2: max-errors: max-errors wants a number from 1 to 1000, not "
	  "\"0\"\n" },
	{ "however long, it is one line",
	  "#" X1000 X1000 X1000 "\nx\n",
	  "f:1: : line too long: 1024 bytes are the limit\n"
	  "f:2: : write KEY=VALUE, not \"x\"\n" },

	{ "an unknown key", "\nmax-size = 5\n", "f:2: max-size: unknown key; "
	  "smtp-receive -h lists the known ones\n" },
	{ "no key", "= 5\n", "f:1: : unknown key; smtp-receive -h lists the "
	  "known ones\n" },
	{ "a key that is too long and not printable",
	  "\xc3\xa4 " X50 " = 1\n", "f:1: ?? xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	  "xxx...: unknown key; smtp-receive -h lists the known ones\n" },
	{ "no equals sign", "max-errors 5\n", "f:1: : write KEY=VALUE, not "
	  "\"max-errors 5\"\n" },
	{ "a key twice is a fault of the second line",
	  "max-errors = 5\nmax-ERRORS = 6\n", "f:2: max-errors: this key "
	  "stands in the file already\n" },
	{ "a line ends in LF alone", "max-errors = 5\r\n",
	  "f:1: : line ends in CR LF; write LF alone\n" },
	{ "a control byte", "max-errors = \0015\n", "f:1: : a control byte in "
	  "the line: take it out\n" },
	{ "a control byte in a comment", "# \177\n", "f:1: : a control byte in "
	  "the line: take it out\n" },
	{ "all faults are told, and what is good is taken",
	  "max-errors = abc\nmax-errors = 5\nlog = no\n", "f:1: max-errors: "
	  "max-errors wants a number from 1 to 1000, not \"abc\"\n"
	  "f:2: max-errors: this key stands in the file already\n"
	  "f:3: log: log wants auto, stderr or syslog, not \"no\"\n" },
	{ "a wrong value is cut, and printable",
	  "max-errors = \xc3\xa4" X50 "\n",
	  "f:1: max-errors: max-errors wants a number from 1 to 1000, not "
	  "\"??xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...\"\n" },
};

START_TEST(row)
{
	const struct row *r = &rows[_i];

	/* Whole, and as a slow pipe brings it. */
	for (int i = 0; i < 2; i++) {
		int result = read_text(r->text);

		ck_assert_msg(strcmp(said, r->faults) == 0, "%s:\n%s",
		    r->title, said);
		ck_assert_msg((result == 0) == (said[0] == '\0'), "%s",
		    r->title);
		read_at_most = 1;
		said[0] = '\0';
	}
}
END_TEST

START_TEST(a_line_longer_than_any_buffer)
{
	char text[100000];

	memset(text, 'x', sizeof text);
	snprintf(text + sizeof text - 20, 20, "\nmax-errors = 7\n");
	ck_assert_int_eq(read_text(text), -1);
	ck_assert_str_eq(said, "f:1: : line too long: 1024 bytes are the "
	    "limit\n");
	ck_assert_uint_eq(config.max_errors, 7);
}
END_TEST

START_TEST(nul_is_a_control_byte)
{
	write_to(file, "users = /a\0b\n", 13);
	ck_assert_int_eq(config_file(&config, file, true, &faults), -1);
	ck_assert_str_eq(said, "f:1: : a control byte in the line: take it "
	    "out\n");
	ck_assert_str_eq(config.users, "/etc/smtp-receive/users");
}
END_TEST

START_TEST(a_file_given_must_exist)
{
	remove(file);
	ck_assert_int_eq(config_file(&config, file, true, &faults), -1);
	ck_assert_str_eq(said, "f:0: : cannot be opened: No such file or "
	    "directory\n");
}
END_TEST

START_TEST(the_default_file_need_not)
{
	remove(file);
	ck_assert_int_eq(config_file(&config, file, false, &faults), 0);
	ck_assert_str_eq(said, "");
}
END_TEST

START_TEST(a_file_that_cannot_be_opened)
{
	char path[80];

	snprintf(path, sizeof path, "%s/x", file);
	ck_assert_int_eq(config_file(&config, path, false, &faults), -1);
	ck_assert_ptr_nonnull(strstr(said, "/x:0: : cannot be opened: Not a "
	    "directory\n"));
}
END_TEST

START_TEST(a_directory_is_no_file)
{
	remove(file);
	ck_assert_int_eq(mkdir(file, 0700), 0);
	ck_assert_int_eq(config_file(&config, file, false, &faults), -1);
	ck_assert_str_eq(said, "f:0: : cannot be read: Is a directory\n");
}
END_TEST

START_TEST(an_error_of_the_disk)
{
	read_errno = EIO;
	ck_assert_int_eq(read_text("max-errors = 5\n"), -1);
	ck_assert_str_eq(said, "f:0: : cannot be read: Input/output error\n");
}
END_TEST

START_TEST(an_interrupted_read)
{
	read_errno = EINTR;
	ck_assert_int_eq(read_text("max-errors = 5\n"), 0);
	ck_assert_uint_eq(config.max_errors, 5);
}
END_TEST

void
add_file(TCase *tc)
{
	tcase_add_loop_test(tc, row, 0, countof(rows));
	tcase_add_test(tc, a_line_longer_than_any_buffer);
	tcase_add_test(tc, nul_is_a_control_byte);
	tcase_add_test(tc, a_file_given_must_exist);
	tcase_add_test(tc, the_default_file_need_not);
	tcase_add_test(tc, a_file_that_cannot_be_opened);
	tcase_add_test(tc, a_directory_is_no_file);
	tcase_add_test(tc, an_error_of_the_disk);
	tcase_add_test(tc, an_interrupted_read);
}
