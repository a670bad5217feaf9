/*
 * The provider types that are compiled in: one line here and one in client.c
 * for each. Every one is a constant with static lifetime.
 */
#ifndef TRUEUP_CLIENTS_TYPES_H
#define TRUEUP_CLIENTS_TYPES_H

struct client;

extern const struct client ecurring_client;
extern const struct client flexprice_client;
extern const struct client stripe_client;
extern const struct client ecosire_client;
extern const struct client ecom9_client;
extern const struct client mollie_client;
extern const struct client generic_client;
extern const struct client ecartpay_client;

#endif
