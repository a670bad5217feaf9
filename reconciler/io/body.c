#include <string.h>

#include "reconciler/base/err.h"

#include "reconciler/io/body.h"

void body_init(struct body *body, struct body_pool *pool, size_t max_bytes)
{
	body->pool = pool;
	body->len = 0;
	body->max_bytes = max_bytes;
	buf_init(&body->big, max_bytes);
}

void body_reset(struct body *body)
{
	if (body->big.data != NULL) {
		body->pool->used_bytes -= body->big.len;
		buf_fini(&body->big);
		buf_init(&body->big, body->max_bytes);
	}
	body->len = 0;
}

void body_fini(struct body *body)
{
	body_reset(body);
}

static int add_big(struct body *body, const char *data, size_t len)
{
	struct body_pool *pool = body->pool;
	size_t before = body->big.len;
	size_t more = body->len - before + len;

	if (more > pool->max_bytes - pool->used_bytes)
		return ERR_AGAIN;
	if (before == 0)
		buf_add(&body->big, body->small, body->len);
	buf_add(&body->big, data, len);
	pool->used_bytes += body->big.len - before;
	return body->big.error != 0 ? ERR_AGAIN : 0;
}

int body_add(struct body *body, const char *data, size_t len)
{
	int rc = 0;

	if (len > body->max_bytes - body->len)
		rc = ERR_FULL;
	else if (body->big.len == 0 && len <= sizeof(body->small) - body->len)
		memcpy(body->small + body->len, data, len);
	else
		rc = add_big(body, data, len);
	if (rc != 0)
		body_reset(body);
	else
		body->len += len;
	return rc;
}

const char *body_data(const struct body *body)
{
	if (body->len == 0)
		return NULL;
	return body->big.len > 0 ? body->big.data : body->small;
}
