/* One thread of the receiver: its connections and its desk. */
#ifndef TRUEUP_IO_INTAKE_H
#define TRUEUP_IO_INTAKE_H

struct committer;
struct desk;
struct err_text;
struct intake;
struct replies;
struct settings;

struct intake_options {
	const struct settings *settings;
	const struct replies *replies;
	struct committer *committer;
	int listen_fd; /* may be shared with others */
	unsigned int max_connections;
};

/*
 * intake_start(options, out, err): start the thread; what the options point to
 * must outlive it. It ends after stop_requested() or intake_stop, when all that
 * it took in is answered.
 */
int intake_start(const struct intake_options *options, struct intake **out,
    struct err_text *err);
/* intake_stop(intake): end within a second, as if a signal had come. */
void intake_stop(struct intake *intake);
/* intake_join(intake): wait for its end. intake_free(intake): after that. */
void intake_join(struct intake *intake);
void intake_free(struct intake *intake);

/* intake_desk(intake): for its counts. */
const struct desk *intake_desk(const struct intake *intake);

#endif
