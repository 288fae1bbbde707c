/* trace.c - the lines that we put above a message: RFC 5321 section 4.4. */

#include "trace.h"

#include <stdio.h>
#include <string.h>

static void
add(struct trace_block *b, struct span s)
{
	size_t len = s.len < sizeof b->text - b->len ? s.len
	    : sizeof b->text - b->len;

	if (len > 0)
		memcpy(b->text + b->len, s.at, len);
	b->len += len;
}

static void
add_string(struct trace_block *b, const char *string)
{
	add(b, span_of(string));
}

static void
end_line(struct trace_block *b)
{
	add_string(b, "\n");
	b->lines++;
}

/* The client chose this name: it may neither end the line nor forge a clause
 * or a comment. */
static void
add_helo(struct trace_block *b, struct span name)
{
	for (size_t i = 0; i < name.len && i < MAX_DOMAIN; i++) {
		char c = name.at[i], low = span_lower(c);
		bool fine = (low >= 'a' && low <= 'z') ||
		    (c >= '0' && c <= '9') ||
		    (c != '\0' && strchr("._:-", c) != NULL) ||
		    (c == '[' && i == 0) || (c == ']' && i == name.len - 1);

		add(b, (struct span){ fine ? &c : "?", 1 });
	}
}

/* RFC 5322 section 3.3; always UTC, so that no time zone file is read. */
static void
add_date(struct trace_block *b, time_t when)
{
	static const char days[][4] = {
		"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat",
	};
	static const char months[][4] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun",
		"Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
	};
	struct tm tm = { 0 };
	char date[64];

	gmtime_r(&when, &tm);
	int len = snprintf(date, sizeof date,
	    "%s, %d %s %d %02d:%02d:%02d +0000", days[tm.tm_wday], tm.tm_mday,
	    months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
	    tm.tm_sec);
	if (len > 0 && (size_t)len < sizeof date)
		add_string(b, date);
}

const char *
trace_protocol(const struct trace *t)
{
	if (!t->extended)
		return "SMTP";
	return t->cipher.len > 0 ? "ESMTPS" : "ESMTP";
}

/* What stands behind the id, on a line of its own if there is anything. */
static void
add_clauses(struct trace_block *b, const struct trace *t)
{
	if (t->recipient.len == 0 && t->cipher.len == 0)
		return;
	end_line(b);
	add_string(b, "\t");
	if (t->recipient.len > 0) {
		add_string(b, "for <");
		add(b, t->recipient);
		add_string(b, t->cipher.len > 0 ? "> " : ">");
	}
	if (t->cipher.len > 0) {
		add_string(b, "tls ");
		add(b, t->cipher);
		add_string(b, " (");
		add(b, t->version);
		add_string(b, ")");
	}
}

static void
add_received(struct trace_block *b, const struct trace *t)
{
	add_string(b, "Received: from ");
	add_helo(b, t->helo);
	add_string(b, " (");
	add_string(b, t->client);
	add_string(b, ") by ");
	add_string(b, t->hostname);
	add_string(b, " with ");
	add_string(b, trace_protocol(t));
	add_string(b, " id ");
	add_string(b, t->id);
	add_clauses(b, t);
	add_string(b, ";");
	if (t->recipient.len == 0 || t->cipher.len > 0) {
		end_line(b);
		add_string(b, "\t");
	} else
		add_string(b, " ");
	add_date(b, t->time);
	end_line(b);
}

void
trace_write(const struct trace *t, struct span delivered_to,
    struct trace_block *b)
{
	b->len = b->lines = 0;
	add_string(b, "Return-Path: <");
	add(b, t->sender);
	add_string(b, ">");
	end_line(b);
	if (delivered_to.len > 0) {
		add_string(b, "Delivered-To: ");
		add(b, delivered_to);
		end_line(b);
	}
	add_received(b, t);
}
