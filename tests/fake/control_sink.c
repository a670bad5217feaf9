#include "tests/fake/job.h"
#include "tests/fake/control_sink.h"

enum { MAX_BODIES = 10000 };

json_t *control_sink_take(struct fake *f, json_t *in)
{
	if (f->sink_fail_skip > 0) {
		f->sink_fail_skip--;
	} else if (f->sink_fail_left > 0) {
		f->sink_fail_left--;
		return json_pack("{s:s, s:i}", "error", "as told",
		    "http_status", f->sink_fail_status);
	}
	if (json_array_size(f->sink) == MAX_BODIES)
		json_array_remove(f->sink, 0);
	json_array_append(f->sink, in);
	return json_pack("{s:b}", "received", 1);
}

json_t *control_sink_fail(struct fake *f, json_t *in)
{
	f->sink_fail_status = (int)job_number(in, "status");
	f->sink_fail_left = job_number(in, "count");
	f->sink_fail_skip = job_number(in, "skip");
	return json_pack("{s:b}", "ok", 1);
}

void control_sink_lines(struct fake *f, struct text *out)
{
	json_t *body = NULL;
	size_t i;

	json_array_foreach(f->sink, i, body)
	{
		provider_render(body, out);
		text_adds(out, "\n");
	}
}

void control_sink_reset(struct fake *f)
{
	json_array_clear(f->sink);
	f->sink_fail_left = f->sink_fail_skip = 0;
}
