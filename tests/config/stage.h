/* stage.h - a configuration in a file, and what is said about it. */

#ifndef STAGE_H
#define STAGE_H

#include <stddef.h>

#include "../../smtp-receive/config.h"

extern struct config config;		/* all defaults before each test */
extern const struct config_faults faults;
extern char said[1 << 14];	/* "FILE:LINE: KEY: WHAT\n", for file just f */

extern char file[64];		/* empty before each test */
extern char mailname[64];	/* stands for /etc/mailname; empty, too */
extern const char *own_name;	/* gethostname(2) says; NULL: it fails */
extern int read_errno;		/* if not 0 read(2) fails, after EINTR once */
extern size_t read_at_most;	/* bytes per read(2) */

void make_file(void);		/* fixtures */
void remove_file(void);

void write_to(const char *path, const char *at, size_t len);

/* config_file of a file with this text. */
int read_text(const char *text);

#endif
