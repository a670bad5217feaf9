/* What is wrong with a provider, for a person: why, until when, what to do. */
#ifndef TRUEUP_CMD_TROUBLE_H
#define TRUEUP_CMD_TROUBLE_H

struct cmd_context;
struct cmd_session;
struct job_filter;
struct provider_status;

/* trouble_print(session, status): some lines on stdout, or nothing. */
void trouble_print(
    struct cmd_session *session, const struct provider_status *status);

/*
 * trouble_print_all(context, session, filter): of all providers that the filter
 * means. 0, or -1 when the store failed, which it has said.
 */
int trouble_print_all(struct cmd_context *context, struct cmd_session *session,
    const struct job_filter *filter);

#endif
