/* One thread of the query API: its connections and its answers. */
#ifndef TRUEUP_IO_API_LANE_H
#define TRUEUP_IO_API_LANE_H

struct api_lane;
struct api_options;
struct err_text;
struct http_reply;

struct api_lane_options {
	const struct api_options *api;
	int listen_fd; /* may be shared with others */
	unsigned int max_connections;
	const struct http_reply *too_large; /* see http.h */
	const struct http_reply *crowded;
	const struct http_reply *malformed;
};

/*
 * api_lane_start(options, out, err): start the thread; what the options point
 * to must outlive it. It ends after stop_requested() or api_lane_stop, when all
 * that it took in is answered.
 */
int api_lane_start(const struct api_lane_options *options,
    struct api_lane **out, struct err_text *err);
/* api_lane_stop(lane): end within a second, as if a signal had come. */
void api_lane_stop(struct api_lane *lane);
/* api_lane_join(lane): wait for its end. api_lane_free(lane): after that. */
void api_lane_join(struct api_lane *lane);
void api_lane_free(struct api_lane *lane);

#endif
