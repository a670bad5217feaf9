/*
 * Changes to a URL: signed messages as Standard Webhooks 1.0.0 describes them.
 * See io/carrier.h.
 */
#ifndef TRUEUP_IO_POST_H
#define TRUEUP_IO_POST_H

struct carrier;
struct delivery_settings;
struct err_text;

/*
 * post_open(settings, out, err): settings are borrowed. libcurl is loaded with
 * the first change. 0 or ERR_FAIL.
 */
int post_open(const struct delivery_settings *settings, struct carrier *out,
    struct err_text *err);

#endif
