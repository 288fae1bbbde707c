/* transaction.h - one mail: RFC 5321 section 3.3.
 *
 * The handlers of the commands that make up a mail transaction; smtp.c's
 * table says when they are called and with what. */

#ifndef TRANSACTION_H
#define TRANSACTION_H

#include "reply.h"
#include "session.h"
#include "span.h"

enum reply transaction_mail(struct session *, struct span argument);
enum reply transaction_rcpt(struct session *, struct span argument);
enum reply transaction_data(struct session *, struct span argument);
enum reply transaction_bdat(struct session *, struct span argument);

/* A BDAT that is not obeyed, and why.  What the client counted follows it
 * all the same, and is no command: it is read and dropped. */
enum reply transaction_no_bdat(struct session *, struct span argument,
    enum reply why);

#endif
