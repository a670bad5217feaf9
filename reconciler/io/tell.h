/* What the worker tells in its log, a line for each thing that was decided. */
#ifndef TRUEUP_IO_TELL_H
#define TRUEUP_IO_TELL_H

#include <stddef.h>

struct flight;
struct lane;
struct log;

/* tell_settled_look(log, flight): how a look came out, after its commit. */
void tell_settled_look(const struct log *log, const struct flight *flight);
/* tell_handover(log, flight): its object went to another account, if so. */
void tell_handover(const struct log *log, const struct flight *flight);
/* tell_unknown(log, flight): news with a word that nobody knows, if so. */
void tell_unknown(const struct log *log, const struct flight *flight);
/* tell_list(log, flight): what is new about a list, if that is what it was. */
void tell_list(const struct log *log, const struct flight *flight);
/* tell_recovered(log, n): claims of a killed worker were taken back. */
void tell_recovered(const struct log *log, size_t n);
/* tell_reclocked(log, n): times of a clock that was ahead were set anew. */
void tell_reclocked(const struct log *log, size_t n);
/* tell_token(log, lane): a fresh token is held; never the token itself. */
void tell_token(const struct log *log, const struct lane *lane);
/* tell_pace(lane): its provider is slow, or answers as ever again. */
void tell_pace(const struct log *log, const struct lane *lane);
/* tell_lifted(lane): a person wants it asked at once. */
void tell_lifted(const struct log *log, const struct lane *lane);
/* tell_silence(log, lane): changes are found, but no notifications come. */
void tell_silence(const struct log *log, const struct lane *lane);

#endif
