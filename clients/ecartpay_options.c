/* The group `options`: what Ecart Pay's pages leave open. */
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/config.h"
#include "reconciler/base/err.h"
#include "reconciler/core/settings.h"

#include "clients/ecartpay.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define AT(member) offsetof(struct ecartpay_options, member)

enum { PATH_BYTES_MAX = 200, PARAMETER_BYTES_MAX = 64 };

static const struct ecartpay_options default_options = {
    .auth = "bare",
    .billing_path = "/api/billings/clients",
    .billing_user_parameter = "user_id",
    .billing_provider_parameter = "provider_id",
    .billing_filter = "hint",
    .billing_page_size = ECARTPAY_PAGE_SIZE,
};

const struct ecartpay_options *ecartpay_options_of(
    const struct provider_settings *provider)
{
	return provider->options != NULL ? provider->options : &default_options;
}

static const struct config_key keys[] = {
    {.name = "auth",
	.type = CONFIG_TEXT,
	.offset = AT(auth),
	.allowed = "bare|bearer"},
    {.name = "product_from", .type = CONFIG_TEXT, .offset = AT(product_from)},
    {.name = "signed_body", .type = CONFIG_BOOL, .offset = AT(signed_body)},
    {.name = "unsigned_orders",
	.type = CONFIG_BOOL,
	.offset = AT(unsigned_orders)},
    {.name = "billing_path", .type = CONFIG_TEXT, .offset = AT(billing_path)},
    {.name = "billing_user_parameter",
	.type = CONFIG_TEXT,
	.offset = AT(billing_user_parameter)},
    {.name = "billing_provider_parameter",
	.type = CONFIG_TEXT,
	.offset = AT(billing_provider_parameter)},
    {.name = "billing_filter",
	.type = CONFIG_TEXT,
	.offset = AT(billing_filter),
	.allowed = "hint|trust|none"},
    {.name = "billing_page_size",
	.type = CONFIG_INT,
	.offset = AT(billing_page_size),
	.min = 0,
	.max = ECARTPAY_PAGE_SIZE_MAX},
};

/* A path that nothing has to be escaped in and that a query may follow. */
static bool is_path(const char *text)
{
	size_t n = strnlen(text, PATH_BYTES_MAX + 1);

	return n <= PATH_BYTES_MAX && text[0] == '/' &&
	       strstr(text, "..") == NULL &&
	       strspn(text, "0123456789abcdefghijklmnopqrstuvwxyz/_.~-"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == n;
}

static bool is_parameter(const char *text)
{
	size_t n = strnlen(text, PARAMETER_BYTES_MAX + 1);

	return n <= PARAMETER_BYTES_MAX &&
	       strspn(text, "0123456789abcdefghijklmnopqrstuvwxyz_.-"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == n;
}

static int check_parameter(const struct config_node *options, const char *key,
    const char *value, struct err_text *err)
{
	if (is_parameter(value))
		return 0;
	return config_complain(options, key, err,
	    "the name of a parameter such as \"user_id\", or \"\", is allowed, "
	    "got \"%s\"",
	    value);
}

static int check(const struct config_node *options,
    struct ecartpay_options *made, struct err_text *err)
{
	int rc;

	if (made->product_from != NULL &&
	    !field_pointer_is_valid(made->product_from))
		return config_complain(options, "product_from", err,
		    "a JSON Pointer such as \"/metadata/product\" is allowed, "
		    "got \"%s\"",
		    made->product_from);
	if (!is_path(made->billing_path))
		return config_complain(options, "billing_path", err,
		    "a path such as \"/api/billings/clients\" is allowed, "
		    "got \"%s\"",
		    made->billing_path);
	rc = check_parameter(options, "billing_user_parameter",
	    made->billing_user_parameter, err);
	if (rc == 0)
		rc = check_parameter(options, "billing_provider_parameter",
		    made->billing_provider_parameter, err);
	if (strcmp(made->billing_filter, "trust") == 0)
		made->filter = ECARTPAY_TRUST;
	else if (strcmp(made->billing_filter, "none") == 0)
		made->filter = ECARTPAY_NONE;
	return rc;
}

int ecartpay_configure(const struct config_node *options, struct arena *arena,
    const void **out, struct err_text *err)
{
	struct ecartpay_options *made = arena_alloc(arena, 1, sizeof(*made));
	int rc = 0;

	if (made == NULL)
		return err_set(err, ERR_FULL, "no room for the options");
	*made = default_options;
	if (options != NULL)
		rc = config_fill(options, keys, COUNT(keys), NULL, made, err);
	if (rc == 0)
		rc = check(options, made, err);
	*out = made;
	return rc;
}
