#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "reconciler/base/err.h"
#include "reconciler/base/text.h"

#include "reconciler/base/secret.h"

/* Every line at its longest with CR LF, and one byte to notice more. */
enum { FILE_MAX_BYTES = SECRET_LINES_MAX * (SECRET_MAX + 2) };

void secret_wipe(void *data, size_t len)
{
	volatile unsigned char *at = data;

	while (len-- > 0)
		*at++ = 0;
}

void secret_fini(struct secret *secret)
{
	size_t i;

	if (secret == NULL)
		return;
	for (i = 0; i < secret->n; i++) {
		secret_wipe(secret->lines[i], strlen(secret->lines[i]));
		free(secret->lines[i]);
	}
	*secret = (struct secret){0};
}

/*
 * The step over a is without a branch and stops at its end, so that neither
 * the length of a nor the place of a difference shows.
 */
bool secret_equal(const char *a, const char *b)
{
	volatile unsigned char differ = 0;
	size_t at = 0, i, len;

	if (a == NULL || b == NULL)
		return false;
	len = strlen(b);
	for (i = 0; i < len; i++) {
		unsigned char mine = (unsigned char)a[at];

		differ |= mine ^ (unsigned char)b[i];
		at += (size_t)(mine != 0);
	}
	differ |= (unsigned char)a[at];
	return differ == 0;
}

static int errno_error(const char *path, struct err_text *err)
{
	int cause = errno, code = ERR_FAIL;

	if (cause == ENOENT || cause == ENOTDIR)
		code = ERR_ABSENT;
	else if (cause == EACCES || cause == EPERM)
		code = ERR_DENIED;
	return err_set(err, code, "%s: %s", path, strerror(cause));
}

static int check_file(int fd, const char *path, struct err_text *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return errno_error(path, err);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_BAD, "%s: not a regular file", path);
	if ((st.st_mode & S_IRWXO) != 0)
		return err_set(err, ERR_DENIED,
		    "%s: open to everyone (mode %04o): chmod o= it", path,
		    (unsigned int)(st.st_mode & 07777));
	return 0;
}

static int read_all(
    int fd, const char *path, char *data, size_t *out_len, struct err_text *err)
{
	size_t len = 0;
	ssize_t got;

	while ((got = read(fd, data + len, FILE_MAX_BYTES + 1 - len)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno_error(path, err);
		len += (size_t)got;
		if (len > FILE_MAX_BYTES)
			return err_set(err, ERR_BAD, "%s: too long", path);
	}
	*out_len = len;
	return 0;
}

static size_t trimmed(const char *line, size_t len)
{
	while (len > 0 && strchr(" \t\r", line[len - 1]) != NULL &&
	       line[len - 1] != '\0')
		len--;
	return len;
}

/* One line into out; its number is all that may be said about it. */
static int add_line(const char *line, size_t len, size_t max_lines,
    struct secret *out, const char **what)
{
	char *copy;

	len = trimmed(line, len);
	if (len == 0)
		return 0;
	*what = "longer than a secret may be";
	if (len > SECRET_MAX)
		return ERR_BAD;
	*what = "holds a control character";
	if (text_has_control(line, len))
		return ERR_BAD;
	*what = "one secret more than may be here";
	if (out->n >= max_lines || out->n >= SECRET_LINES_MAX)
		return ERR_BAD;
	*what = "no memory";
	copy = malloc(len + 1);
	if (copy == NULL)
		return ERR_FAIL;
	memcpy(copy, line, len);
	copy[len] = '\0';
	out->lines[out->n++] = copy;
	return 0;
}

static int add_lines(const char *path, const char *data, size_t len,
    size_t max_lines, struct secret *out, struct err_text *err)
{
	const char *end = data + len, *stop, *what = "";
	unsigned int number;
	int rc;

	for (number = 1; data < end; number++, data = stop + 1) {
		stop = memchr(data, '\n', (size_t)(end - data));
		if (stop == NULL)
			stop = end;
		rc = add_line(
		    data, (size_t)(stop - data), max_lines, out, &what);
		if (rc != 0)
			return err_set(
			    err, rc, "%s:%u: %s", path, number, what);
	}
	if (out->n == 0)
		return err_set(err, ERR_BAD, "%s: holds no secret", path);
	return 0;
}

int secret_read(const char *path, size_t max_lines, struct secret *out,
    struct err_text *err)
{
	char *data = NULL;
	size_t len = 0;
	int fd, rc;

	*out = (struct secret){0};
	/* Not to hang on a pipe: what it is, is looked at when it is open. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return errno_error(path, err);
	rc = check_file(fd, path, err);
	if (rc != 0)
		goto out;
	data = malloc(FILE_MAX_BYTES + 1);
	if (data == NULL) {
		rc = err_set(err, ERR_FAIL, "%s: no memory", path);
		goto out;
	}
	rc = read_all(fd, path, data, &len, err);
	if (rc == 0)
		rc = add_lines(path, data, len, max_lines, out, err);
out:
	if (data != NULL)
		secret_wipe(data, FILE_MAX_BYTES + 1);
	free(data);
	(void)close(fd);
	if (rc != 0)
		secret_fini(out);
	return rc;
}

uint64_t secret_stamp(const char *path)
{
	struct stat st;
	int64_t parts[4];

	if (path == NULL || stat(path, &st) != 0)
		return 0;
	parts[0] = (int64_t)st.st_ino;
	parts[1] = (int64_t)st.st_size;
	parts[2] = (int64_t)st.st_mtim.tv_sec;
	parts[3] = (int64_t)st.st_mtim.tv_nsec;
	return text_hash(parts, sizeof(parts)) | 1;
}
