/*
 * The balances of an account, added up: one number for each provider, product
 * and unit, since different ones are never the same thing. Exact decimal text.
 */
#ifndef TRUEUP_IO_BALANCE_H
#define TRUEUP_IO_BALANCE_H

#include <stddef.h>

struct arena;
struct err_text;
struct held_credit;

struct balance {
	const char *provider;
	const char *product; /* or NULL */
	const char *amount;  /* as many decimals as the part that has most */
	const char *unit;    /* or NULL */
};

/*
 * balance_sum(credits, n, product, arena, out, n_out, err): those of one
 * product (NULL: of all), by provider, product and unit. 0, ERR_BAD (an amount
 * in the store is no number) or ERR_FULL.
 */
int balance_sum(const struct held_credit *credits, size_t n,
    const char *product, struct arena *arena, const struct balance **out,
    size_t *n_out, struct err_text *err);

#endif
