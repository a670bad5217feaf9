#include <string.h>

#include "reconciler/base/secret.h"
#include "reconciler/core/signature.h"
#include "reconciler/core/signature_text.h"

#include "reconciler/core/signature_key.h"

static const char secret_prefix[] = "whsec_";
static const char private_prefix[] = "whsk_";
static const char public_prefix[] = "whpk_";

static bool has_prefix(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

void signature_key_init(struct signature_key *key, const char *secret)
{
	struct signature_part text = {secret, 0};

	key->len = 0;
	key->is_public = has_prefix(secret, public_prefix);
	if (has_prefix(secret, private_prefix))
		return;
	if (key->is_public)
		text.data += strlen(public_prefix);
	else if (has_prefix(secret, secret_prefix))
		text.data += strlen(secret_prefix);
	text.len = strlen(text.data);
	key->len = signature_text_base64(&text, key->bytes, sizeof(key->bytes));
	if (key->is_public && key->len != SIGNATURE_KEY_PUBLIC_BYTES)
		key->len = 0;
}

void signature_key_fini(struct signature_key *key)
{
	secret_wipe(key, sizeof(*key));
}

static const char *key_problem(const char *secret)
{
	struct signature_key key;
	const char *problem = "not base64";

	signature_key_init(&key, secret);
	if (key.len > 0)
		problem = NULL;
	else if (has_prefix(secret, private_prefix))
		problem = "a private key, where the public one is needed";
	else if (has_prefix(secret, public_prefix))
		problem = "not an Ed25519 key in base64 after whpk_";
	else if (has_prefix(secret, secret_prefix))
		problem = "not base64 after whsec_";
	signature_key_fini(&key);
	return problem;
}

const char *signature_secret_problem(const char *scheme, const char *secret)
{
	if (secret == NULL || *secret == '\0')
		return "empty";
	if (strcmp(secret, secret_prefix) == 0)
		return "empty after whsec_";
	return strcmp(scheme, "standard") == 0 ? key_problem(secret) : NULL;
}
