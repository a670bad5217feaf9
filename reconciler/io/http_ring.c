#include "reconciler/io/http_ring.h"

void http_ring_leave(struct http_exchange *x)
{
	x->older->newer = x->newer;
	x->newer->older = x->older;
}

void http_ring_join(struct http_exchange *x)
{
	struct http_exchange *ring = &x->http->ring;

	x->since_ms = x->http->now_ms;
	x->newer = ring;
	x->older = ring->older;
	ring->older->newer = x;
	ring->older = x;
}

int64_t http_ring_allowed_ms(const struct http *http)
{
	bool crowded = http->connections >= http->options.max_connections;

	return crowded && http->options.timeout_ms > HTTP_CROWDED_MS
		   ? HTTP_CROWDED_MS
		   : http->options.timeout_ms;
}
