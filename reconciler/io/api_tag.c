#include <stdio.h>
#include <string.h>

#include "reconciler/base/clock.h"

#include "reconciler/io/query.h"

#include "reconciler/io/api_tag.h"

enum { HASH_DIGITS = 16 };

/* What a tag of ours is made of: hexadecimal digits and a moment. */
static const char letters[] = "0123456789abcdef-:.TZ";

/* No text inside of JSON can look like it: there a quote has a backslash. */
static const char moment_key[] = ",\"as_of\":\"";

/* Where the moment begins, and its length; the end of body: there is none. */
static const char *find_moment(const char *body, size_t *len)
{
	const char *at = strstr(body, moment_key);

	*len = 0;
	if (at == NULL)
		return body + strlen(body);
	at += sizeof(moment_key) - 1;
	*len = strcspn(at, "\"");
	return at;
}

/* One to one in either argument, so that no change of one word is lost. */
static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 32;
}

/* Chained with the parts before it. Large answers have megabytes. */
static uint64_t add_part(uint64_t hash, const char *data, size_t len)
{
	uint64_t word;

	for (; len >= sizeof(word); len -= sizeof(word)) {
		memcpy(&word, data, sizeof(word));
		hash = mix(hash, word);
		data += sizeof(word);
	}
	word = 0;
	memcpy(&word, data, len);
	return mix(mix(hash, word), len);
}

const char *api_tag_make(const char *body, char out[API_TAG_MAX])
{
	static const char digits[] = "0123456789abcdef";
	const char *first;
	const char *at;
	uint64_t hash = 0;
	size_t first_len, len;

	first = at = find_moment(body, &len);
	first_len =
	    len < CLOCK_TEXT_MAX && strspn(at, letters) == len ? len : 0;
	for (;;) {
		hash = add_part(hash, body, (size_t)(at - body));
		if (*at == '\0')
			break;
		body = at + len;
		at = find_moment(body, &len);
	}
	out[0] = '"';
	for (int i = HASH_DIGITS; i > 0; i--, hash >>= 4)
		out[i] = digits[hash & 0xf];
	(void)snprintf(out + 1 + HASH_DIGITS, API_TAG_MAX - 1 - HASH_DIGITS,
	    "-%.*s\"", (int)first_len, first);
	return out;
}

/* One tag of the list, with its quotes, is like ours up to the moment. */
static bool is_like(const char *tag, size_t len, const char *ours)
{
	if (len < HASH_DIGITS + 3 || len >= API_TAG_MAX ||
	    strncmp(tag, ours, HASH_DIGITS + 2) != 0)
		return false;
	return strspn(tag + 1, letters) == len - 2;
}

bool api_tag_match(const char *header, char tag[API_TAG_MAX])
{
	static const char blanks[] = " \t,";
	const char *at = header == NULL ? "" : header + strspn(header, blanks);

	if (*at == '*')
		return true;
	while (*at != '\0') {
		size_t len;

		if (strncmp(at, "W/", 2) == 0)
			at += 2;
		if (*at != '"' || strchr(at + 1, '"') == NULL)
			return false;
		len = (size_t)(strchr(at + 1, '"') - at) + 1;
		if (is_like(at, len, tag)) {
			memcpy(tag, at, len);
			tag[len] = '\0';
			return true;
		}
		at += len;
		at += strspn(at, blanks);
	}
	return false;
}

int64_t api_tag_max_age(const struct account_answer *answer, bool timeless)
{
	int64_t end_ms = answer->entitlement.valid_until_ms;
	int64_t left_s;

	if (!answer->fresh || answer->entitlement.entitled == ENTITLED_UNKNOWN)
		return -1;
	if (end_ms == 0 || timeless)
		return API_TAG_AGE_MAX_S;
	left_s = (end_ms - answer->as_of_ms) / 1000;
	if (left_s < 0)
		return 0;
	return left_s < API_TAG_AGE_MAX_S ? left_s : API_TAG_AGE_MAX_S;
}
