/*
 * Any bytes as what a stranger puts into signature headers: nothing is ever
 * genuine, nothing is read beyond its end, and what is taken apart can be put
 * together again. The input is cut at NUL bytes: header, id, time, body.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "reconciler/core/signature.h"
#include "reconciler/core/signature_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* The next text, in memory of its own size so that reading on is seen. */
static char *cut(const uint8_t **data, size_t *size)
{
	const uint8_t *end = *size > 0 ? memchr(*data, 0, *size) : NULL;
	size_t len = end != NULL ? (size_t)(end - *data) : *size;
	char *text = malloc(len + 1);

	must(text != NULL);
	if (len > 0)
		memcpy(text, *data, len);
	text[len] = '\0';
	*data += end != NULL ? len + 1 : len;
	*size -= end != NULL ? len + 1 : len;
	return text;
}

static void check_verifiers(const char *header, const char *id,
    const char *when, struct signature_part body)
{
	static const char *const items[] = {
	    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
	    "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="};
	static const struct signature_plain scheme = {
	    .prefix = "sha256=", .prefix_is_optional = true};
	const struct signature_secrets secrets = {items, 2};
	struct signature_part time_part;
	int64_t now_ms = 0, now_s;

	/* a fuzzer cannot guess the time: it is always just now */
	time_part = (struct signature_part){when, strlen(when)};
	if (signature_text_seconds(&time_part, &now_s))
		now_ms = now_s < INT64_MAX / 1000 ? now_s * 1000 : INT64_MAX;
	must(!signature_standard(&secrets, id, when, header, body, now_ms));
	must(!signature_hmac(&secrets, &scheme, header, &body, 1));
	now_ms = 0;
	if (signature_text_stripe(header, &time_part)) {
		must(signature_text_seconds(&time_part, &now_s));
		if (now_s < INT64_MAX / 1000)
			now_ms = now_s * 1000;
	}
	must(!signature_stripe(&secrets, header, body, now_ms));
}

static void check_list(const char *text, char separator)
{
	struct signature_part rest = {text, strlen(text)}, element;
	const char *at = text;

	while (signature_text_next(&rest, separator, &element)) {
		must(element.data == at);
		must(memchr(element.data, separator, element.len) == NULL);
		at += element.len;
		must(*at == (rest.data != NULL ? separator : '\0'));
		at++;
	}
	must(at == text + strlen(text) + 1);
}

static void check_bytes(const char *text)
{
	const struct signature_part part = {text, strlen(text)};
	unsigned char exact[24];

	must(signature_text_hex(&part, exact, sizeof(exact)) <= sizeof(exact));
	must(signature_text_base64(&part, exact, sizeof(exact)) <=
	     sizeof(exact));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *header = cut(&data, &size);
	char *id = cut(&data, &size);
	char *when = cut(&data, &size);

	check_verifiers(header, id, when,
	    (struct signature_part){(const char *)data, size});
	check_list(header, ',');
	check_list(header, ' ');
	check_bytes(header);
	(void)signature_secret_problem("standard", header);
	free(header);
	free(id);
	free(when);
	return 0;
}
