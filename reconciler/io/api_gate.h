/* Who may ask: bearer tokens (RFC 6750). Pure. */
#ifndef TRUEUP_IO_API_GATE_H
#define TRUEUP_IO_API_GATE_H

struct settings;

/*
 * api_gate_judge(settings, authorization): may whoever sent this header (NULL:
 * none, or more than one) ask? 0: yes, as anybody may when no token is
 * configured. ERR_ABSENT: no bearer token. ERR_DENIED: not one of ours; how
 * long that takes does not depend on ours.
 */
int api_gate_judge(const struct settings *settings, const char *authorization);

#endif
