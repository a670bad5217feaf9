/*
 * What clients_lists.c tries: the questions for pages of the lists of all
 * types, and the answers to them.
 */
#ifndef TRUEUP_TESTS_CLIENTS_LISTS_ROWS_H
#define TRUEUP_TESTS_CLIENTS_LISTS_ROWS_H

#include <stddef.h>

/* A list's questions: the first page, and the one at a cursor. */
struct question {
	const char *type;
	const char *list;
	const char *cursor;
	const char *path;
};

/* One that is asked by POST. */
struct search {
	struct question question;
	const char *body;
};

#define SEARCH(offset, rest) \
	"{\"limit\":250,\"offset\":" offset ",\"order\":\"asc\"," rest "}"
#define OLDEST_FIRST \
	"\"sort\":[{\"field\":\"created_at\",\"direction\":\"asc\"}]"
#define SIX_WORDS \
	"\"with_line_items\":false,\"subscription_status\":[\"active\"," \
	"\"paused\",\"cancelled\",\"incomplete\",\"trialing\",\"draft\"]"

static const struct question questions[] = {
    {"ecurring", "subscriptions", NULL,
	"/subscriptions?page%5Bnumber%5D=1&page%5Bsize%5D=50"},
    {"ecurring", "subscriptions", "7",
	"/subscriptions?page%5Bnumber%5D=7&page%5Bsize%5D=50"},
    {"mollie", "subscriptions", NULL, "/v2/subscriptions?limit=250"},
    {"mollie", "subscriptions", "sub_rVKGtNd6s3",
	"/v2/subscriptions?limit=250&from=sub_rVKGtNd6s3"},
    {"mollie", "payments", NULL, "/v2/payments?limit=250"},
    {"mollie", "payments", "tr_1", "/v2/payments?limit=250&from=tr_1"},
    /* Stripe leaves canceled subscriptions out unless all are asked for. */
    {"stripe", "subscriptions", NULL, "/v1/subscriptions?status=all&limit=100"},
    {"stripe", "subscriptions", "sub_1",
	"/v1/subscriptions?status=all&limit=100&starting_after=sub_1"},
    {"stripe", "checkout_sessions", NULL, "/v1/checkout/sessions?limit=100"},
    {"stripe", "checkout_sessions", "cs_live_a1",
	"/v1/checkout/sessions?limit=100&starting_after=cs_live_a1"},
    {"stripe", "refunds", NULL, "/v1/refunds?limit=100"},
    {"stripe", "refunds", "pyr_1",
	"/v1/refunds?limit=100&starting_after=pyr_1"},
    {"stripe", "disputes", NULL, "/v1/disputes?limit=100"},
    {"stripe", "disputes", "du_1",
	"/v1/disputes?limit=100&starting_after=du_1"},
    /* Of its log what happened since then; see SINCE_MS. */
    {"stripe", "events", NULL,
	"/v1/events?limit=50&created%5Bgte%5D=1700000000"},
    {"stripe", "events", "evt_1Ab",
	"/v1/events?limit=50&created%5Bgte%5D=1700000000"
	"&starting_after=evt_1Ab"},
    {"flexprice", "payments", NULL,
	"/payments?limit=250&offset=0&sort=created_at&order=asc"},
    {"flexprice", "payments", "500",
	"/payments?limit=250&offset=500&sort=created_at&order=asc"},
    {"ecosire", "licenses", NULL, "/licenses"},
    {"ecosire", "licenses", "2", "/licenses"},
    {"ecosire", "subscriptions", NULL, "/billing/subscriptions"},
    {"ecosire", "orders", NULL, "/orders?page=1&limit=100&sortBy=createdAt"},
    {"ecosire", "orders", "3", "/orders?page=3&limit=100&sortBy=createdAt"},
    {"ecartpay", "subscriptions", NULL, "/api/subscriptions?limit=50&page=1"},
    {"ecartpay", "subscriptions", "7", "/api/subscriptions?limit=50&page=7"},
    {"ecartpay", "transactions", "10", "/api/transactions?limit=50&page=10"},
    {"ecartpay", "transactions",
	"next:a+b/c==", "/api/transactions?limit=50&next=a%2Bb%2Fc%3D%3D"},
    {"ecartpay", "billing", NULL, "/api/billings/clients?limit=50&page=1"},
};

/* Flexprice gives active subscriptions only, unless all words are named. */
static const struct search searches[] = {
    {{"flexprice", "subscriptions", NULL, "/subscriptions/search"},
	SEARCH("0", OLDEST_FIRST "," SIX_WORDS)},
    {{"flexprice", "subscriptions", "250", "/subscriptions/search"},
	SEARCH("250", OLDEST_FIRST "," SIX_WORDS)},
    {{"flexprice", "invoices", "7", "/invoices/search"},
	SEARCH("7", OLDEST_FIRST ",\"skip_line_items\":true")},
    {{"flexprice", "wallets", "1000000000", "/wallets/search"},
	SEARCH("1000000000", "\"sort\":\"created_at\"")},
};

/* An answer: status 0 is 200. */
struct row {
	const char *name;
	const char *type;
	const char *list;
	const char *cursor;
	int status;
	const char *body;
	const char *said; /* see tell() in clients_lists.c */
};

#define EVENT(id, created, thing) \
	"{\"object\":\"event\",\"type\":\"x.y\",\"id\":\"" id \
	"\",\"created\":" created ",\"data\":{\"object\":" thing "}}"
#define ULID(prefix, last) prefix "_01JX000000000000000000000" last
#define UUID(last) "018f3c2a-9999-7c3d-9a4b-00000000000" last

static const struct row rows[] = {
    /* eCurring: where the end is, is told in several ways. */
    {"a page with one behind it", "ecurring", "subscriptions", NULL, 0,
	"{\"data\":[{\"type\":\"subscription\",\"id\":\"1\"},"
	"{\"type\":\"subscription\",\"id\":\"2\"}],"
	"\"links\":{\"next\":\"https://evil.example/x?page[number]=99\"}}",
	"subscription 1, subscription 2, next 2"},
    {"its next link is null", "ecurring", "subscriptions", "2", 0,
	"{\"data\":[{\"type\":\"subscription\",\"id\":\"3\"}],"
	"\"links\":{\"next\":null,\"last\":\"x?page[number]=85\"}}",
	"subscription 3"},
    {"no links at all: on, until a page is empty", "ecurring", "subscriptions",
	"2", 0, "{\"data\":[{\"type\":\"subscription\",\"id\":3}]}",
	"subscription 3, next 3"},
    {"an empty page is the end, whatever it links to", "ecurring",
	"subscriptions", "3", 0,
	"{\"data\":[],\"links\":{\"next\":\"x\"},\"meta\":{\"total\":2}}", ""},
    {"something else in it", "ecurring", "subscriptions", NULL, 0,
	"{\"data\":[{\"type\":\"customer\",\"id\":\"1\"}]}",
	"garbled: data.type: not a subscription"},
    {"no list", "ecurring", "subscriptions", NULL, 0, "{}",
	"garbled: data: missing"},
    {"a bare list", "ecurring", "subscriptions", NULL, 0, "[]",
	"garbled: data: its parent is not an object"},
    {"an id that leads elsewhere", "ecurring", "subscriptions", NULL, 0,
	"{\"data\":[{\"type\":\"subscription\",\"id\":\"../customers/1\"}]}",
	"garbled: subscription: not an id"},

    /* Mollie: of its link to the next page nothing counts but the id. */
    {"subscriptions come with their customer", "mollie", "subscriptions", NULL,
	0,
	"{\"count\":1,\"_embedded\":{\"subscriptions\":[{\"id\":\"sub_1\","
	"\"customerId\":\"cst_1\"}]},\"_links\":{\"next\":{\"href\":"
	"\"https://api.mollie.com/v2/subscriptions?limit=250&from=sub_2\"}}}",
	"subscription sub_1 of customer cst_1, next sub_2"},
    {"the last page", "mollie", "subscriptions", "sub_2", 0,
	"{\"count\":0,\"_embedded\":{\"subscriptions\":[]},"
	"\"_links\":{\"next\":null}}",
	""},
    {"a link to another place", "mollie", "payments", NULL, 0,
	"{\"_embedded\":{\"payments\":[{\"id\":\"tr_1\"}]},\"_links\":"
	"{\"next\":{\"href\":\"https://evil.example/?from=tr_2&x=1\"}}}",
	"garbled: _links.next.href: it leads to another origin"},
    {"a link to another host that begins as ours", "mollie", "payments", NULL,
	0,
	"{\"_embedded\":{\"payments\":[]},\"_links\":{\"next\":{\"href\":"
	"\"https://api.mollie.com@evil.example/v2/payments?from=tr_2\"}}}",
	"garbled: _links.next.href: it leads to another origin"},
    {"a link to another port", "mollie", "payments", NULL, 0,
	"{\"_embedded\":{\"payments\":[]},\"_links\":{\"next\":{\"href\":"
	"\"https://api.mollie.com:8443/v2/payments?from=tr_2\"}}}",
	"garbled: _links.next.href: it leads to another origin"},
    {"a link in the clear", "mollie", "payments", NULL, 0,
	"{\"_embedded\":{\"payments\":[]},\"_links\":{\"next\":{\"href\":"
	"\"http://api.mollie.com/v2/payments?from=tr_2\"}}}",
	"garbled: _links.next.href: it leads to another origin"},
    {"a link to a host without a scheme", "mollie", "payments", NULL, 0,
	"{\"_embedded\":{\"payments\":[]},\"_links\":{\"next\":{\"href\":"
	"\"//evil.example/v2/payments?from=tr_2\"}}}",
	"garbled: _links.next.href: it leads to another origin"},
    {"a link to where we ask", "mollie", "payments", NULL, 0,
	"{\"_embedded\":{\"payments\":[]},\"_links\":{\"next\":{\"href\":"
	"\"https://API.example/v2/payments?from=tr_2\"}}}",
	"next tr_2"},
    {"a link within the origin", "mollie", "payments", NULL, 0,
	"{\"_embedded\":{\"payments\":[]},\"_links\":{\"next\":{\"href\":"
	"\"/v2/payments?from=tr_2\"}}}",
	"next tr_2"},
    {"a link that says nothing", "mollie", "payments", NULL, 0,
	"{\"_embedded\":{\"payments\":[]},\"_links\":"
	"{\"next\":{\"href\":\"https://api.mollie.com/v2/payments\"}}}",
	"garbled: _links.next.href: it does not say where the next page "
	"begins"},
    {"a link that leads out of the path", "mollie", "payments", NULL, 0,
	"{\"_embedded\":{\"payments\":[]},\"_links\":"
	"{\"next\":{\"href\":\"/v2/payments?from=tr_1%2F..%2Fx\"}}}",
	"garbled: _links.next.href: it does not say where the next page "
	"begins"},
    {"a subscription without its customer", "mollie", "subscriptions", NULL, 0,
	"{\"_embedded\":{\"subscriptions\":[{\"id\":\"sub_1\"}]}}",
	"garbled: customerId: missing"},
    {"another thing's id", "mollie", "payments", NULL, 0,
	"{\"_embedded\":{\"payments\":[{\"id\":\"sub_1\"}]}}",
	"garbled: payment: not an id"},

    /* Ecart Pay: by numbers to the tenth page, then by what it names. */
    {"a count that is not reached", "ecartpay", "subscriptions", "2", 0,
	"{\"count\":101,\"docs\":[{\"id\":\"65B0565F7F9F32242108746A\"}]}",
	"subscription 65b0565f7f9f32242108746a, next 3"},
    {"a count that is", "ecartpay", "subscriptions", "2", 0,
	"{\"count\":100,\"docs\":[{\"id\":\"65b0565f7f9f32242108746a\"}]}",
	"subscription 65b0565f7f9f32242108746a"},
    {"an empty page is the end", "ecartpay", "subscriptions", "2", 0,
	"{\"count\":500,\"docs\":[]}", ""},
    {"a page that is not full is it too", "ecartpay", "subscriptions", NULL, 0,
	"{\"docs\":[{\"id\":\"65b0565f7f9f32242108746a\"}]}",
	"subscription 65b0565f7f9f32242108746a"},
    {"a path as id", "ecartpay", "subscriptions", NULL, 0,
	"{\"count\":1,\"docs\":[{\"id\":\"../customers/1\"}]}",
	"garbled: subscription: not an id"},
    {"an array where none is documented", "ecartpay", "transactions", NULL, 0,
	"[{\"id\":\"65b0565f7f9f32242108746a\"}]",
	"garbled: docs: its parent is not an object"},
    {"before the tenth page its token is not needed", "ecartpay",
	"transactions", "9", 0,
	"{\"count\":501,\"docs\":[{\"id\":\"65b0565f7f9f32242108746a\"}],"
	"\"next_token\":\"x\"}",
	"transaction 65b0565f7f9f32242108746a, next 10"},
    {"the tenth page", "ecartpay", "transactions", "10", 0,
	"{\"count\":501,\"docs\":[{\"id\":\"65b0565f7f9f32242108746a\"}],"
	"\"token_page\":10,\"next_token\":\"a+b/c==\"}",
	"transaction 65b0565f7f9f32242108746a, next next:a+b/c=="},
    {"the tenth page without a way on", "ecartpay", "transactions", "10", 0,
	"{\"count\":501,\"docs\":[{\"id\":\"65b0565f7f9f32242108746a\"}]}",
	"garbled: next_token: missing where it is needed"},
    {"the tenth page as the last one", "ecartpay", "transactions", "10", 0,
	"{\"count\":500,\"docs\":[{\"id\":\"65b0565f7f9f32242108746a\"}]}",
	"transaction 65b0565f7f9f32242108746a"},
    {"behind a token the next token", "ecartpay", "transactions", "next:a", 0,
	"{\"count\":900,\"docs\":[{\"id\":\"65b0565f7f9f32242108746a\"}],"
	"\"next_token\":\"b\"}",
	"transaction 65b0565f7f9f32242108746a, next next:b"},
    {"no token is the end", "ecartpay", "transactions", "next:a", 0,
	"{\"count\":900,\"docs\":[{\"id\":\"65b0565f7f9f32242108746a\"}],"
	"\"next_token\":null}",
	"transaction 65b0565f7f9f32242108746a"},
    {"billing information with its user", "ecartpay", "billing", NULL, 0,
	"{\"count\":1,\"docs\":[{\"id\":\"67a3be71c388eff4563a0aa8\","
	"\"user_id\":\"1849\",\"provider_id\":\"62ab6f2172362c74e1328109\"}]}",
	"billing 67a3be71c388eff4563a0aa8 of user "
	"1849/62ab6f2172362c74e1328109"},
    {"billing information as an array", "ecartpay", "billing", NULL, 0,
	"[{\"id\":\"67a3be71c388eff4563a0aa8\",\"user_id\":\"../x\"}]",
	"billing 67a3be71c388eff4563a0aa8"},
    {"billing information as one object", "ecartpay", "billing", NULL, 0,
	"{\"id\":\"67a3be71c388eff4563a0aa8\",\"user_id\":1849}",
	"billing 67a3be71c388eff4563a0aa8 of user 1849"},
    {"no billing information at all", "ecartpay", "billing", NULL, 0, "[]", ""},

    /* Stripe: has_more is the end, the last id is where to go on. */
    {"a page with one behind it", "stripe", "subscriptions", NULL, 0,
	"{\"object\":\"list\",\"url\":\"https://evil.example/\",\"data\":["
	"{\"id\":\"sub_2\",\"object\":\"subscription\",\"livemode\":true},"
	"{\"id\":\"sub_1\",\"object\":\"subscription\",\"livemode\":false}],"
	"\"has_more\":true}",
	"subscription sub_2, subscription sub_1, next sub_1"},
    {"the last page", "stripe", "subscriptions", "sub_1", 0,
	"{\"object\":\"list\",\"data\":[],\"has_more\":false,"
	"\"total_count\":7}",
	""},
    {"no word about the end", "stripe", "subscriptions", NULL, 0,
	"{\"object\":\"list\",\"data\":[]}", "garbled: has_more: missing"},
    {"the end is null", "stripe", "subscriptions", NULL, 0,
	"{\"object\":\"list\",\"data\":[],\"has_more\":null}",
	"garbled: has_more: missing"},
    {"nothing, and more of it", "stripe", "subscriptions", NULL, 0,
	"{\"object\":\"list\",\"data\":[],\"has_more\":true}",
	"garbled: has_more: behind an empty page"},
    {"no list", "stripe", "subscriptions", NULL, 0,
	"{\"object\":\"search_result\",\"data\":[],\"has_more\":false}",
	"garbled: object: not a list"},
    {"something else in it", "stripe", "subscriptions", NULL, 0,
	"{\"object\":\"list\",\"data\":[{\"id\":\"sub_1\",\"object\":"
	"\"invoice\"}],\"has_more\":false}",
	"garbled: data.object: not one of this list"},
    {"another thing's id", "stripe", "checkout_sessions", NULL, 0,
	"{\"object\":\"list\",\"data\":[{\"id\":\"sub_1\",\"object\":"
	"\"checkout.session\"}],\"has_more\":false}",
	"garbled: id: not an id of the documented form"},
    {"a session of a guest, with what is nobody's business", "stripe",
	"checkout_sessions", NULL, 0,
	"{\"object\":\"list\",\"data\":[{\"id\":\"cs_test_a1\",\"object\":"
	"\"checkout.session\",\"customer_email\":\"jane@example.com\"}],"
	"\"has_more\":false}",
	"checkout_session cs_test_a1"},
    {"a dispute names its charge", "stripe", "disputes", NULL, 0,
	"{\"object\":\"list\",\"data\":[{\"id\":\"dp_1\",\"object\":"
	"\"dispute\",\"charge\":\"ch_1\"},{\"id\":\"du_2\",\"object\":"
	"\"dispute\",\"charge\":{\"id\":\"py_2\"}}],\"has_more\":true}",
	"charge ch_1, charge py_2, next du_2"},
    {"a dispute by a name that is none", "stripe", "disputes", NULL, 0,
	"{\"object\":\"list\",\"data\":[{\"id\":\"ch_1\",\"object\":"
	"\"dispute\",\"charge\":\"ch_1\"}],\"has_more\":true}",
	"garbled: data.id: not an id"},
    {"a dispute about nothing", "stripe", "disputes", NULL, 0,
	"{\"object\":\"list\",\"data\":[{\"id\":\"dp_1\",\"object\":"
	"\"dispute\"}],\"has_more\":false}",
	"garbled: charge: not an id"},
    {"a conflict passes", "stripe", "refunds", NULL, 409, "{}",
	"later: the provider answers with an unexpected status (HTTP 409)"},

    /* Stripe's log: of an event only the object's name and its moment. */
    {"events, newest first", "stripe", "events", NULL, 0,
	"{\"object\":\"list\",\"data\":[" EVENT("evt_3", "30",
	    "{\"object\":\"subscription\",\"id\":"
	    "\"sub_1\",\"status\":\"canceled\"}") "," EVENT("evt_2", "29",
	    "{\"object\":\"dispute\",\"id\":\"du_1\","
	    "\"charge\":\"ch_1\"}") "," EVENT("evt_1", "29",
	    "{\"object\":\"checkout.session\",\"id\":"
	    "\"cs_live_1\"}") "],\"has_more\":true}",
	"subscription sub_1 @30, charge ch_1 @29, checkout_session cs_live_1 "
	"@29, next evt_1"},
    {"the end of the log", "stripe", "events", "evt_1", 0,
	"{\"object\":\"list\",\"data\":[],\"has_more\":false}", ""},
    {"of what we do not track nothing is named", "stripe", "events", NULL, 0,
	"{\"object\":\"list\",\"data\":[" EVENT("evt_4", "30",
	    "{\"object\":\"payout\",\"id\":\"po_1\"}") "," EVENT("evt_3", "30",
	    "{\"object\":\"balance\"}") "," EVENT("evt_2", "30",
	    "{\"object\":\"invoice\",\"id\":"
	    "\"upcoming_in_1\",\"customer\":\"cus_1\"}") "],"
							 "\"has_more\":false}",
	"customer cus_1 @30"},
    {"an id that no notification would get in does not hold up the log",
	"stripe", "events", NULL, 0,
	"{\"object\":\"list\",\"data\":[" EVENT("evt_2", "30",
	    "{\"object\":\"customer\",\"id\":"
	    "\"../jane@example.com\"}") "," EVENT("evt_1", "30",
	    "{\"object\":\"customer\",\"id\":\"cus_1\"}") "],\"has_more\":"
							  "false}",
	"customer cus_1 @30"},
    {"an event without its moment", "stripe", "events", NULL, 0,
	"{\"object\":\"list\",\"data\":[{\"object\":\"event\",\"id\":"
	"\"evt_1\"}],\"has_more\":false}",
	"garbled: data.created: missing"},
    {"something else in the log", "stripe", "events", NULL, 0,
	"{\"object\":\"list\",\"data\":[{\"object\":\"subscription\","
	"\"id\":\"sub_1\",\"created\":1}],\"has_more\":false}",
	"garbled: data.object: not an event"},
    {"an event by a name that is none", "stripe", "events", NULL, 0,
	"{\"object\":\"list\",\"data\":[{\"object\":\"event\","
	"\"id\":\"sub_1\",\"created\":1}],\"has_more\":false}",
	"garbled: data.id: not an event's id"},
    {"a key that may not read events", "stripe", "events", NULL, 403,
	"{\"error\":{\"type\":\"invalid_request_error\",\"message\":"
	"\"The provided key 'rk_live_abc' does not have it\"}}",
	"gone, and so for this key: the provider refuses the key (HTTP 403)"},
    {"a stand-in without events", "stripe", "events", NULL, 404, "{}",
	"gone, and so for this key: the provider does not know the "
	"object (HTTP 404)"},
    {"a bad key is one for all", "stripe", "events", NULL, 401, "{}",
	"barred: the provider refuses the key (HTTP 401)"},

    /* Flexprice: its total and its offset count for nothing. */
    {"a page, and so one behind it", "flexprice", "subscriptions", NULL, 0,
	"{\"items\":[{\"id\":\"" ULID(
	    "subs", "1") "\",\"customer\":"
			 "{\"email\":\"jane@example.com\"}},{\"id\":\"" ULID(
			     "subs", "2") "\"}],\"pagination\":{\"total\":2,"
					  "\"limit\":250,\"offset\":250}}",
	"subscription " ULID("subs", "1") ", subscription " ULID(
	    "subs", "2") ", next 2"},
    {"our own count goes on", "flexprice", "invoices", "500", 0,
	"{\"items\":[{\"id\":\"" ULID(
	    "inv", "1") "\"}],\"pagination\":"
			"{\"total\":1,\"limit\":250,\"offset\":750}}",
	"invoice " ULID("inv", "1") ", next 501"},
    {"an empty page is the end", "flexprice", "wallets", "500", 0,
	"{\"items\":[],\"pagination\":{\"total\":900}}", ""},
    {"an empty page in Go's way", "flexprice", "payments", NULL, 0,
	"{\"items\":null}", ""},
    {"no list", "flexprice", "payments", NULL, 0,
	"{\"pagination\":{\"total\":0}}", "garbled: items: missing"},
    {"a bare list", "flexprice", "payments", NULL, 0, "[]",
	"garbled: items: its parent is not an object"},
    {"an id that leads elsewhere", "flexprice", "subscriptions", NULL, 0,
	"{\"items\":[{\"id\":\"subs_01JX/../../customers\"}]}",
	"garbled: subscription: not an id"},
    {"no id", "flexprice", "wallets", NULL, 0, "{\"items\":[{}]}",
	"garbled: id: missing"},
    {"a conflict passes", "flexprice", "wallets", NULL, 409, "{}",
	"later: the provider answers with an unexpected status (HTTP 409)"},
    {"what it cannot do it will not do later", "flexprice", "wallets", NULL,
	501, "{}", "garbled: the provider cannot answer now (HTTP 501)"},

    /* ECOSIRE: three envelopes; a licence's key goes nowhere. */
    {"all licences, bare", "ecosire", "licenses", NULL, 0,
	"[{\"id\":\"" UUID(
	    "a") "\",\"key\":\"ECOS-AAAA-BBBB-CCCC-DDDD\"},"
		 "{\"id\":\"018F3C2A-9999-7C3D-9A4B-00000000000B\"}]",
	"license " UUID("a") ", license " UUID("b")},
    {"no licences", "ecosire", "licenses", NULL, 0, "[]", ""},
    {"a licence by its key", "ecosire", "licenses", NULL, 0,
	"[{\"id\":\"ECOS-AAAA-BBBB-CCCC-DDDD\"}]",
	"garbled: license: not an id"},
    {"what was cut off is behind what there is", "ecosire", "licenses", "2", 0,
	"[{\"id\":\"" UUID("a") "\"}]", ""},
    {"active subscriptions", "ecosire", "subscriptions", NULL, 0,
	"{\"data\":[{\"id\":\"sub_1\"},{\"id\":\"sub_2\"}]}",
	"subscription sub_1, subscription sub_2"},
    {"a page that is not full is the last", "ecosire", "orders", "3", 0,
	"{\"data\":[{\"id\":\"" UUID("a") "\"}],\"error\":null}",
	"order " UUID("a")},
    {"an empty page", "ecosire", "orders", "3", 0,
	"{\"data\":[],\"meta\":{\"total\":900,\"next\":4}}", ""},
    {"an error with a 200", "ecosire", "orders", NULL, 0,
	"{\"data\":[],\"error\":{\"message\":\"jane@example.com\"}}",
	"garbled: error: an error with a 200"},
    {"no list", "ecosire", "orders", NULL, 0, "{\"orders\":[]}",
	"garbled: data: missing"},
    {"data that is no list", "ecosire", "subscriptions", NULL, 0,
	"{\"data\":{\"id\":\"sub_1\"}}", "garbled: data: not an array"},
};

/* Answers to a provider that is configured for the live mode only. */
static const struct row live_rows[] = {
    {"what is of the other mode is not named", "mollie", "payments", NULL, 0,
	"{\"_embedded\":{\"payments\":[{\"id\":\"tr_1\",\"mode\":\"test\"},"
	"{\"id\":\"tr_2\",\"mode\":\"live\"},{\"id\":\"tr_3\"}]}}",
	"payment tr_2, payment tr_3"},
    {"the other mode counts for the place only", "stripe", "subscriptions",
	NULL, 0,
	"{\"object\":\"list\",\"data\":["
	"{\"id\":\"sub_2\",\"object\":\"subscription\",\"livemode\":true},"
	"{\"id\":\"sub_1\",\"object\":\"subscription\",\"livemode\":false}],"
	"\"has_more\":true}",
	"subscription sub_2, next sub_1"},
    {"an event of the other mode", "stripe", "events", NULL, 0,
	"{\"object\":\"list\",\"data\":[{\"object\":\"event\",\"id\":"
	"\"evt_1\",\"created\":1,\"livemode\":false,\"type\":\"x\","
	"\"data\":{\"object\":{\"object\":\"refund\",\"id\":\"re_1\"}}}]"
	",\"has_more\":true}",
	"next evt_1, 1 of the other mode"},
    {"a refund says no mode", "stripe", "refunds", NULL, 0,
	"{\"object\":\"list\",\"data\":[{\"id\":\"pyr_1\",\"object\":"
	"\"refund\"}],\"has_more\":true}",
	"refund pyr_1, next pyr_1"},
};

/* How many are taken of so many (-1: it is garbled), and where it goes on. */
struct full {
	const char *type;
	const char *list;
	const char *cursor;
	size_t n;
	int taken;
	const char *next;
};

static const struct full fulls[] = {
    {"ecosire", "orders", NULL, 99, 99, NULL},
    {"ecosire", "orders", NULL, 100, 100, "2"},
    {"ecosire", "orders", "8", 100, 100, "9"},
    {"ecosire", "orders", NULL, 101, -1, NULL},
    {"ecosire", "licenses", NULL, 1000, 1000, NULL},
    {"ecosire", "licenses", NULL, 2001, 1000, "2"},
    {"ecosire", "licenses", "2", 2001, 1000, "3"},
    {"ecosire", "licenses", "3", 2001, 1, NULL},
    {"flexprice", "invoices", "250", 250, 250, "500"},
    {"flexprice", "invoices", "250", 251, -1, NULL},
};

#endif
