/*
 * err: what went wrong, as one sentence.
 *
 * Functions that can fail return 0 or -1 and take a `struct err *` last. On failure they fill it
 * and leave their other outputs as they were. The sentence says what is wrong and, where that is
 * known, what would be right; it has no newline. The library never prints it: its caller does,
 * once.
 */
#ifndef SLAD_BASE_ERR_H
#define SLAD_BASE_ERR_H

#define ERR_MAX 512 /* bytes of a message, its NUL included; longer ones are cut */

struct err {
	char msg[ERR_MAX];
};

/* Writes the message; always returns -1, so that `return err_set(...)` fails. err may be NULL. */
int err_set(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Puts `fmt: ` before the message that stands; always returns -1. */
int err_prefix(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
