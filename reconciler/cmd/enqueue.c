/* enqueue: make an object due, as if it had been notified. */
#include <stdio.h>
#include <string.h>

#include "cache/store.h"
#include "clients/client.h"

#include "reconciler/base/clock.h"
#include "reconciler/base/text.h"
#include "reconciler/core/settings.h"

#include "reconciler/cmd/settings.h"

#include "reconciler/cmd/cmd.h"

enum { BATCH = 500 };

/* Lines are stored in batches: one commit for many. */
struct batch {
	struct cmd_session *session;
	struct notice notices[BATCH];
	struct arena arena; /* their texts */
	size_t n;
};

static int check(const struct settings *settings, const struct object_ref *ref,
    struct err_text *err)
{
	const struct provider_settings *p =
	    settings_provider(settings, ref->provider);
	const struct client_kind *kind;

	if (p == NULL)
		return err_set(err, ERR_BAD, "no provider \"%s\" in %s",
		    ref->provider, settings->file);
	kind = client_kind_find(p->client, ref->kind);
	if (kind == NULL)
		return err_set(
		    err, ERR_BAD, "%s has no kind \"%s\"", p->type, ref->kind);
	if (!kind->id_is_valid(ref->id))
		return err_set(err, ERR_BAD,
		    "\"%s\" is not of the form of a %s %s id", ref->id, p->type,
		    ref->kind);
	if (kind->needs_parent)
		return err_set(err, ERR_BAD,
		    "a %s %s cannot be asked for without its parent", p->type,
		    ref->kind);
	return 0;
}

static int flush(struct batch *batch, struct err_text *err)
{
	int rc = 0;

	if (batch->n > 0)
		rc = store_append(
		    batch->session->store, batch->notices, batch->n, err);
	batch->n = 0;
	arena_reset(&batch->arena);
	return rc;
}

static int add(
    struct batch *batch, const struct object_ref *ref, struct err_text *err)
{
	struct notice *notice = &batch->notices[batch->n];
	int rc = check(batch->session->settings, ref, err);

	if (rc != 0)
		return rc;
	memset(notice, 0, sizeof(*notice));
	notice->ref.provider = arena_text(&batch->arena, ref->provider);
	notice->ref.kind = arena_text(&batch->arena, ref->kind);
	notice->ref.id = arena_text(&batch->arena, ref->id);
	notice->arrived_ms = clock_wall_ms();
	notice->cause = CAUSE_NOTIFIED;
	if (arena_failed(&batch->arena))
		return err_set(err, ERR_FAIL, "no memory");
	batch->n++;
	return batch->n == BATCH ? flush(batch, err) : 0;
}

static int take(void *cookie, char **fields, size_t n, struct err_text *err)
{
	struct object_ref ref;

	if (n != 3)
		return err_set(err, ERR_BAD,
		    "three fields are needed: PROVIDER KIND ID, got %zu", n);
	ref.provider = fields[0];
	ref.kind = fields[1];
	ref.id = fields[2];
	return add(cookie, &ref, err);
}

static int enqueue(struct cmd_context *context, struct batch *batch)
{
	struct err_text err;
	int status = CMD_OK;

	if (context->n_args == 3) {
		if (take(batch, context->args, 3, &err) != 0)
			return cmd_fail(context, &err);
	} else {
		status = cmd_split_lines(context, take, batch);
	}
	if (flush(batch, &err) != 0)
		return cmd_fail(context, &err);
	return status;
}

int cmd_enqueue(struct cmd_context *context)
{
	struct cmd_session session;
	struct batch batch = {.session = &session};
	int status = CMD_ERROR;

	if (!cmd_parse(context, NULL, 0, 1, 3))
		return CMD_ERROR;
	if (context->n_args != 3 &&
	    (context->n_args != 1 || strcmp(context->args[0], "-") != 0))
		return cmd_say_fail(
		    context, "give PROVIDER KIND ID, or - for standard input");
	arena_init(&batch.arena, 1024 * 1024);
	if (cmd_open(context, SETTINGS_NO_SECRETS, &session) == 0)
		status = enqueue(context, &batch);
	cmd_close(&session);
	arena_fini(&batch.arena);
	return status;
}
