/* link, unlink: bind a provider's customer to an account of yours. */
#include <string.h>

#include "cache/store.h"

#include "reconciler/core/settings.h"

#include "reconciler/cmd/settings.h"

#include "reconciler/cmd/cmd.h"

struct linker {
	struct cmd_session session;
	size_t wanted; /* fields of an item: 2 to link, 1 to unlink */
};

/* "PROVIDER/CUSTOMER", split at the first slash. */
static int split_owner(const struct settings *settings, char *owner,
    const char **customer, struct err_text *err)
{
	char *slash = strchr(owner, '/');

	if (slash == NULL)
		return err_set(err, ERR_BAD,
		    "PROVIDER/CUSTOMER is needed, got \"%s\"", owner);
	*slash = '\0';
	*customer = slash + 1;
	if (settings_provider(settings, owner) == NULL)
		return err_set(err, ERR_BAD, "no provider \"%s\" in %s", owner,
		    settings->file);
	if (!name_id_is_valid(*customer))
		return err_set(err, ERR_BAD,
		    "a customer id is 1 to %d bytes of UTF-8", NAME_ID_MAX);
	return 0;
}

static int take(void *cookie, char **fields, size_t n, struct err_text *err)
{
	struct linker *linker = cookie;
	struct cmd_session *s = &linker->session;
	const char *account = linker->wanted == 2 ? fields[1] : NULL;
	const char *customer = NULL;
	int rc;

	if (n != linker->wanted)
		return err_set(err, ERR_BAD, "%zu fields are needed, got %zu",
		    linker->wanted, n);
	if (account != NULL && !name_account_is_valid(account))
		return err_set(err, ERR_BAD,
		    "an account is 1 to %d bytes of UTF-8", NAME_ACCOUNT_MAX);
	rc = split_owner(s->settings, fields[0], &customer, err);
	if (rc != 0)
		return rc;
	return store_link(s->store, s->settings, fields[0], customer, account,
	    s->now_ms, err);
}

static int run(struct cmd_context *context, size_t wanted)
{
	struct linker linker = {.wanted = wanted};
	struct err_text err;
	int status = CMD_ERROR;

	if (!cmd_parse(context, NULL, 0, 1, wanted))
		return CMD_ERROR;
	if (cmd_open(context, SETTINGS_NO_SECRETS, &linker.session) != 0)
		status = CMD_ERROR;
	else if (context->n_args == 1 && strcmp(context->args[0], "-") == 0)
		status = cmd_split_lines(context, take, &linker);
	else if (take(&linker, context->args, context->n_args, &err) != 0)
		status = cmd_fail(context, &err);
	else
		status = CMD_OK;
	cmd_close(&linker.session);
	return status;
}

int cmd_link(struct cmd_context *context)
{
	return run(context, 2);
}

int cmd_unlink(struct cmd_context *context)
{
	return run(context, 1);
}
