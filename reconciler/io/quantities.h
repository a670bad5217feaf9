/*
 * How many of each product an account may use: the quantities of its grants,
 * added up, one number for each provider and product, since different ones are
 * never the same thing. Exact decimal text.
 */
#ifndef TRUEUP_IO_QUANTITIES_H
#define TRUEUP_IO_QUANTITIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct err_text;
struct held_grant;

struct quantity {
	const char *provider;
	const char *product; /* or NULL */
	const char *sum;     /* as many decimals as the part that has most */
	/* A grant of it entitles as well whose quantity is not told. */
	bool partial;
};

/*
 * quantities_sum(grants, n, now, arena, out, n_out, err): by provider and
 * product, of the grants that entitle at now, each by itself (entitle_grant):
 * what is told of them. Nothing for a product of which nothing is told. 0,
 * ERR_BAD (a quantity in the store is no number) or ERR_FULL.
 */
int quantities_sum(const struct held_grant *grants, size_t n, int64_t now_ms,
    struct arena *arena, const struct quantity **out, size_t *n_out,
    struct err_text *err);

#endif
