#include <ctype.h>
#include <netinet/in.h>
#include <string.h>

#include <microhttpd.h>

#include "tests/fake/when.h"
#include "tests/fake/receiver.h"

static const char route[] = "/_sink";

bool receiver_is_meant(const char *path)
{
	return strncmp(path, "/_sink/", 7) == 0;
}

static json_t *parse(const struct text *body)
{
	return body->len == 0 ? NULL
			      : json_loadb(body->bytes, body->len, 0, NULL);
}

void receiver_begin(struct fake *f, struct answer *a, const struct text *body)
{
	json_t *message = parse(body);
	const char *account =
	    faults_string(json_object_get(message, "data"), "account");

	faults_pick(
	    &f->faults, -1, account == NULL ? "" : account, route, &a->effect);
	json_decref(message);
}

/* Names as small letters, so that a test need not care. */
static enum MHD_Result add_header(
    void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
	char small[128];
	size_t i;

	(void)kind;
	for (i = 0; name[i] != '\0' && i + 1 < sizeof(small); i++)
		small[i] = (char)tolower((unsigned char)name[i]);
	small[i] = '\0';
	json_object_set_new(cls, small, json_string(value ? value : ""));
	return MHD_YES;
}

/* The sender's: the same as long as it keeps a connection. */
static int port_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	struct sockaddr_in address;

	if (info == NULL)
		return -1;
	memcpy(&address, info->client_addr, sizeof(address));
	return ntohs(address.sin_port);
}

void receiver_take(struct fake *f, struct answer *a,
    struct MHD_Connection *connection, const char *method, const char *path,
    const struct text *body)
{
	json_t *headers = json_object();

	a->is_made = true;
	a->status = (int)faults_number(a->effect.answer, "status", 200);
	a->content_type = "application/json";
	a->is_closing = faults_is_true(a->effect.answer, "close");
	text_adds(&a->body, "{\"taken\":true}\n");
	MHD_get_connection_values(
	    connection, MHD_HEADER_KIND, add_header, headers);
	json_array_append_new(f->sink,
	    json_pack("{s:s, s:s, s:o, s:s%, s:o*, s:i, s:I, s:i}", "method",
		method, "path", path, "headers", headers, "raw",
		body->len == 0 ? "" : body->bytes, body->len, "body",
		parse(body), "answered", a->status, "at_ms",
		(json_int_t)when_now_ms(), "port", port_of(connection)));
}
