/* config.c - smtp-receive.conf(5) and -o, as one struct. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "setting.h"
#include "span.h"

enum {
	MAX_LENGTH	= 1024,	/* of a line, without its end */
	MAX_SHOWN	= 40,	/* bytes of what was wrong */
	MAX_WHAT	= 320,	/* of a fault's text */
};

void
config_default(struct config *config)
{
	*config = (struct config){ 0 };
	for (const struct setting *s = NULL; (s = setting_next(s)) != NULL;)
		if (s->value[0] != '\0')
			setting_assign(s, config, span_of(s->value));
}

void
config_print(FILE *out)
{
	static const char row[] = "%-20s %-24s %s\n";

	fprintf(out, row, "KEY", "DEFAULT", "MEANING");
	for (const struct setting *s = NULL; (s = setting_next(s)) != NULL;)
		fprintf(out, row, s->name, s->value[0] != '\0' ? s->value :
		    span_is(span_of("hostname"), s->name) ? "this machine's" :
		    "none", s->meaning);
}

/* Where a key and its value stand, and who is told what is wrong there. */
struct place {
	struct config *config;
	const struct config_faults *faults;
	const char *file;
	unsigned line;
	unsigned seen;		/* a bit for each key that the file has had */
	bool cut;		/* the rest of a line that is too long comes */
	int result;		/* -1 after a fault */
};

static void
fault(struct place *p, const char *key, const char *what, int error)
{
	p->result = -1;
	p->faults->tell(p->faults->arg, p->file, p->line, key, what, error);
}

/* s as a string, cut and printable. */
static const char *
show(struct span s, char at[MAX_SHOWN + 4])
{
	size_t len = s.len < MAX_SHOWN ? s.len : MAX_SHOWN;

	for (size_t i = 0; i < len; i++)
		at[i] = s.at[i] == ' ' || span_graphic(s.at[i]) ? s.at[i] : '?';
	span_copy(span_of(s.len > len ? "..." : ""), at + len, 4);
	return at;
}

/* what, not "found" */
static void
fault_at(struct place *p, const char *key, const char *what, struct span found)
{
	char text[MAX_WHAT], shown[MAX_SHOWN + 4];
	int n = snprintf(text, sizeof text, "%s, not \"%s\"", what,
	    show(found, shown));

	fault(p, key, n > 0 && (size_t)n < sizeof text ? text : what, 0);
}

static void
fault_value(struct place *p, const struct setting *s, struct span value)
{
	const char *wants = setting_wants(s);
	char what[MAX_WHAT];
	int n;

	if (s->min == NULL)
		n = snprintf(what, sizeof what, "%s wants %s", s->name, wants);
	else
		n = snprintf(what, sizeof what, "%s wants %s from %s to %s",
		    s->name, wants, s->min, s->max);
	fault_at(p, s->name, n > 0 && (size_t)n < sizeof what ? what : wants,
	    value);
}

/* A key twice in a file is a mistake; of -o the last one wins. */
static bool
is_twice(struct place *p, const struct setting *s)
{
	unsigned bit = 1u << (s - setting_next(NULL));
	bool twice = (p->seen & bit) != 0;

	p->seen |= bit;
	return twice;
}

static void
set(struct place *p, struct span name, struct span value)
{
	const struct setting *s = setting_find(name);
	char key[MAX_SHOWN + 4];

	if (s == NULL)
		fault(p, show(name, key), "unknown key; smtp-receive -h lists "
		    "the known ones", 0);
	else if (is_twice(p, s))
		fault(p, s->name, "this key stands in the file already", 0);
	else if (!setting_assign(s, p->config, value))
		fault_value(p, s, value);
}

static bool
has_control(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (((unsigned char)s.at[i] < ' ' && s.at[i] != '\t') ||
		    s.at[i] == 0x7f)
			return true;
	return false;
}

static void
parse(struct place *p, struct span line)
{
	const char *equals = memchr(line.at, '=', line.len);

	if (equals == NULL) {
		fault_at(p, "", "write KEY=VALUE", line);
		return;
	}
	struct span name = span_cut(&line, (size_t)(equals - line.at));
	span_cut(&line, 1);
	set(p, span_trim(name), span_trim(line));
}

static void
parse_line(struct place *p, struct span line)
{
	struct span text = span_trim(line);

	if (line.len > MAX_LENGTH)
		fault(p, "", "line too long: 1024 bytes are the limit", 0);
	else if (text.len > 0 && text.at[text.len - 1] == '\r')
		fault(p, "", "line ends in CR LF; write LF alone", 0);
	else if (has_control(text))
		fault(p, "", "a control byte in the line: take it out", 0);
	else if (text.len > 0 && text.at[0] != '#')
		parse(p, text);
}

/* Parses the lines that end, or are too long for the buffer to hold their
 * end; so many bytes remain at its beginning. */
static size_t
take_lines(struct place *p, char *bytes, size_t len)
{
	struct span rest = { bytes, len };
	const char *end;

	while ((end = memchr(rest.at, '\n', rest.len)) != NULL) {
		struct span line = span_cut(&rest, (size_t)(end - rest.at));

		span_cut(&rest, 1);
		if (!p->cut) {
			p->line++;
			parse_line(p, line);
		}
		p->cut = false;
	}
	if (rest.len > MAX_LENGTH && !p->cut) {
		p->line++;
		parse_line(p, rest);
		p->cut = true;
	}
	if (p->cut)
		return 0;
	memmove(bytes, rest.at, rest.len);
	return rest.len;
}

static void
parse_file(struct place *p, int fd)
{
	char bytes[4 * MAX_LENGTH];
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, bytes + len, sizeof bytes - len)) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			break;
		len = take_lines(p, bytes, len + (size_t)n);
	}
	if (n == -1) {
		p->line = 0;
		fault(p, "", "cannot be read", errno);
	} else if (len > 0) {
		/* The last line may do without its end. */
		p->line++;
		parse_line(p, (struct span){ bytes, len });
	}
}

int
config_file(struct config *config, const char *file, bool must_exist,
    const struct config_faults *faults)
{
	struct place p = { .config = config, .faults = faults, .file = file };
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd == -1 && errno == ENOENT && !must_exist)
		return 0;
	if (fd == -1) {
		fault(&p, "", "cannot be opened", errno);
		return -1;
	}
	parse_file(&p, fd);
	close(fd);
	return p.result;
}

int
config_option(struct config *config, const char *option, unsigned number,
    const struct config_faults *faults)
{
	struct place p = { .config = config, .faults = faults, .file = "-o",
	    .line = number };
	struct span text = span_trim(span_of(option));

	if (has_control(text))
		fault(&p, "", "a control byte in the option: take it out", 0);
	else
		parse(&p, text);
	return p.result;
}

/* Its first line is the name that Debian's mail programs use. */
static const char mailname_file[] = "/etc/mailname";

static struct span
mailname(char *at, size_t size)
{
	int fd = open(mailname_file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n = fd == -1 ? 0 : read(fd, at, size);
	struct span line = { at, n > 0 ? (size_t)n : 0 };
	const char *end = line.len == 0 ? NULL : memchr(at, '\n', line.len);

	if (fd != -1)
		close(fd);
	if (end != NULL)
		line.len = (size_t)(end - at);
	return span_trim(line);
}

static unsigned
count_files(const char *list)
{
	unsigned count = list[0] != '\0';

	for (; *list != '\0'; list++)
		count += *list == ',';
	return count;
}

/* Each certificate has its key; none is named where all are in one file. */
static int
check_pairs(const struct config *config, const struct config_faults *faults)
{
	struct place p = { .faults = faults, .file = "configuration" };
	unsigned keys = count_files(config->tls_key);

	if (keys > 0 && keys != count_files(config->tls_certificate))
		fault(&p, "tls-key", "tls-key wants as many files as "
		    "tls-certificate, in the same order, or none", 0);
	if (config->tls_certificate[0] == '\0' &&
	    (config->tls_required || config->tls_implicit))
		fault(&p, "tls-certificate", "TLS is to be had without a "
		    "certificate: set tls-certificate", 0);
	return p.result;
}

static int
find_hostname(struct config *config, const struct config_faults *faults)
{
	struct place p = { .config = config, .faults = faults,
	    .file = mailname_file };
	const struct setting *s = setting_find(span_of("hostname"));
	char own[MAX_HOSTNAME + 2] = "", mail[MAX_HOSTNAME + 2];

	if (config->hostname[0] != '\0')
		return 0;
	if (gethostname(own, sizeof own - 1) == -1)
		own[0] = '\0';
	if (strchr(own, '.') == NULL &&
	    setting_assign(s, config, mailname(mail, sizeof mail)))
		return 0;
	if (setting_assign(s, config, span_of(own)))
		return 0;
	fault_at(&p, s->name, "neither this machine's name nor that in the "
	    "file is a host name: set hostname", span_of(own));
	return -1;
}

int
config_finish(struct config *config, const struct config_faults *faults)
{
	int result = check_pairs(config, faults);

	return find_hostname(config, faults) == -1 ? -1 : result;
}
