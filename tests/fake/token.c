#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "tests/fake/text.h"
#include "tests/fake/token.h"

/* Base64 with its padding; OUT has room for 4 bytes of each 3, and a NUL. */
static void encode(const char *text, char *out)
{
	EVP_EncodeBlock((unsigned char *)out, (const unsigned char *)text,
	    (int)strlen(text));
}

bool token_is_key(const char *key, const char *authorization)
{
	static const char scheme[] = "Basic ";
	size_t len = strlen(key);
	char *basic;
	bool is_equal;

	if (authorization == NULL ||
	    strncmp(authorization, scheme, sizeof(scheme) - 1) != 0)
		return false;
	basic = text_need(len * 2 + 8);
	encode(key, basic);
	is_equal = strcmp(authorization + sizeof(scheme) - 1, basic) == 0;
	free(basic);
	return is_equal;
}

/* As a JWT has it: two letters differ, and there is no padding. */
static void add_part(struct text *out, const char *claims)
{
	char *part = text_need(strlen(claims) * 2 + 8);
	char *at;

	encode(claims, part);
	for (at = part; *at != '\0'; at++) {
		if (*at == '+')
			*at = '-';
		else if (*at == '/')
			*at = '_';
	}
	part[strcspn(part, "=")] = '\0';
	text_adds(out, part);
	free(part);
}

static int64_t number(const json_t *quirks, const char *name, int64_t fallback)
{
	const json_t *value = json_object_get(quirks, name);

	return json_is_integer(value) ? json_integer_value(value) : fallback;
}

const char *token_sell(struct tokens *t, const json_t *quirks, int64_t now_ms)
{
	struct token *one = &t->items[t->sold++ % TOKEN_KEPT];
	int64_t now_s = now_ms / 1000;
	int64_t until_s = now_s + number(quirks, "token_life_s", 3600);
	struct text claims = {0}, text = {0};

	text_addf(&claims, "{\"iat\":%lld,\"n\":%llu", (long long)now_s,
	    (unsigned long long)t->sold);
	if (!json_is_true(json_object_get(quirks, "token_says_nothing")))
		text_addf(&claims, ",\"exp\":%lld", (long long)until_s);
	text_adds(&claims, "}");
	add_part(&text, "{\"alg\":\"HS256\",\"typ\":\"JWT\"}");
	text_adds(&text, ".");
	add_part(&text, claims.bytes);
	text_adds(&text, ".");
	add_part(&text, "nobody verifies this");
	text_print(one->text, sizeof(one->text), "%s", text.bytes);
	one->until_ms = until_s * 1000;
	one->uses_left = number(quirks, "token_uses", -1);
	text_fini(&claims);
	text_fini(&text);
	return one->text;
}

/* Without a scheme word, or with just the one that is wanted. */
static const char *bare(const json_t *quirks, const char *authorization)
{
	static const char scheme[] = "Bearer ";

	if (!json_is_true(json_object_get(quirks, "bearer")))
		return authorization;
	if (strncmp(authorization, scheme, sizeof(scheme) - 1) != 0)
		return "";
	return authorization + sizeof(scheme) - 1;
}

bool token_is_good(struct tokens *t, const json_t *quirks,
    const char *authorization, int64_t now_ms)
{
	const char *text = authorization ? bare(quirks, authorization) : "";
	size_t i;

	if (*text == '\0' ||
	    json_is_true(json_object_get(quirks, "refuse_tokens")))
		return false;
	for (i = 0; i < TOKEN_KEPT; i++) {
		struct token *one = &t->items[i];

		if (strcmp(one->text, text) != 0)
			continue;
		if (now_ms >= one->until_ms || one->uses_left == 0)
			return false;
		one->uses_left -= one->uses_left > 0;
		return true;
	}
	return false;
}
