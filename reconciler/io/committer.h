/*
 * Group commit: one thread that writes to the store what all lanes (the threads
 * that serve connections) have gathered meanwhile, in one commit each time. No
 * lane ever waits for the disk.
 */
#ifndef TRUEUP_IO_COMMITTER_H
#define TRUEUP_IO_COMMITTER_H

#include <stdbool.h>

struct batch;
struct committer;
struct committer_lane;
struct err_text;
struct latency;
struct log;
struct store;

/*
 * committer_open(store, log, out, err): start it. Store and log are borrowed
 * and must outlive it. committer_close(committer): commit what was given, end
 * the thread; lanes are closed before. NULL-safe.
 */
int committer_open(struct store *store, const struct log *log,
    struct committer **out, struct err_text *err);
void committer_close(struct committer *committer);

/*
 * committer_can_store(committer): the last commit worked, and the store says
 * now and then, also when nothing comes in, that it has room.
 */
bool committer_can_store(const struct committer *committer);

/*
 * committer_latency(committer, out): how long commits took since the last call.
 */
void committer_latency(struct committer *committer, struct latency *out);

/*
 * committer_lane_new(committer, err): a way in for one thread.
 * committer_lane_free(lane): all its batches have come back. NULL-safe.
 */
struct committer_lane *committer_lane_new(
    struct committer *committer, struct err_text *err);
void committer_lane_free(struct committer_lane *lane);

/*
 * committer_give(lane, batch): commit it; it is the committer's until it comes
 * back. committer_take(lane): one that came back, batch->rc set, or NULL.
 * committer_lane_fd(lane): readable when one did; committer_take makes it
 * quiet.
 */
void committer_give(struct committer_lane *lane, struct batch *batch);
struct batch *committer_take(struct committer_lane *lane);
int committer_lane_fd(const struct committer_lane *lane);

#endif
