/* See progress.h. Blanks erase the line, not a control sequence: that works on any terminal. */
#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* A line that comes and goes sooner than it can be read only flickers. */
#define FIRST_LINE_SECONDS 0.5

bool progress_choose(struct progress *progress, const char *word, bool quiet)
{
	progress->kind = PROGRESS_NONE;
	if (!word || strcmp(word, "auto") == 0)
		progress->kind = isatty(STDERR_FILENO) && !quiet ? PROGRESS_LINE : PROGRESS_NONE;
	else if (strcmp(word, "json") == 0)
		progress->kind = PROGRESS_JSON;
	else if (strcmp(word, "none") != 0)
		return false;
	return true;
}

static void print_json(const struct sphex_progress *p)
{
	char total[32] = "null";

	if (p->n_bytes_total)
		snprintf(total, sizeof(total), "%" PRIu64, p->n_bytes_total);
	fprintf(stderr,
		"{\"bytes\": %" PRIu64 ", \"bytes_total\": %s, \"records\": %" PRIu64
		", \"seconds\": %.3f}\n",
		p->n_bytes, total, p->n_records, p->seconds);
}

/* 950, 12.3 k, 4.5 M */
static void format_number(char *out, size_t nbytes, double n)
{
	if (n < 1e3)
		snprintf(out, nbytes, "%.0f", n);
	else if (n < 1e6)
		snprintf(out, nbytes, "%.1f k", n / 1e3);
	else
		snprintf(out, nbytes, "%.1f M", n / 1e6);
}

/* 0:07, 12:30, 1:02:03 */
static void format_time(char *out, size_t nbytes, double seconds)
{
	uint64_t s = (uint64_t)(seconds + 0.5);

	if (s < 3600)
		snprintf(out, nbytes, "%" PRIu64 ":%02" PRIu64, s / 60, s % 60);
	else
		snprintf(out, nbytes, "%" PRIu64 ":%02" PRIu64 ":%02" PRIu64, s / 3600, s / 60 % 60,
			s % 60);
}

/* How much is done and how long it takes: the share of the file, or of a stream what was read. */
static void format_state(char *out, size_t nbytes, const struct sphex_progress *p)
{
	char speed[24], bytes[24], time[24];
	double done = (double)p->n_bytes, total = (double)p->n_bytes_total;

	format_number(speed, sizeof(speed), (double)p->n_records / p->seconds);
	if (p->n_bytes_total && p->n_bytes) {
		format_time(
			time, sizeof(time), total > done ? p->seconds * (total - done) / done : 0);
		snprintf(out, nbytes, "%3.0f %%, %s reads/s, %s left", 100 * done / total, speed,
			time);
		return;
	}
	format_number(bytes, sizeof(bytes), done);
	format_time(time, sizeof(time), p->seconds);
	snprintf(out, nbytes, "%sB read, %s reads/s, %s so far", bytes, speed, time);
}

/* Letters that fit into a line: in the last column some terminals go on to the next. */
static int line_width(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 2)
		return 79;
	return size.ws_col - 1;
}

static void draw_line(struct progress *progress, const struct sphex_progress *p)
{
	int n_before = progress->n_shown, width = line_width();
	char state[128], line[192];

	format_state(state, sizeof(state), p);
	snprintf(line, sizeof(line), "%s: %s", progress->name, state);
	progress->n_shown = fprintf(stderr, "\r%.*s", width, line) - 1;
	n_before = n_before < width ? n_before : width; /* the window may have shrunk */
	if (progress->n_shown < n_before)
		fprintf(stderr, "%*s", n_before - progress->n_shown, "");
	if (progress->n_shown < n_before)
		progress->n_shown = n_before;
	fflush(stderr);
}

int progress_show(void *progress, const struct sphex_progress *p)
{
	struct progress *this = progress;

	if (this->kind == PROGRESS_JSON)
		print_json(p);
	else if (this->kind == PROGRESS_LINE && p->seconds >= FIRST_LINE_SECONDS)
		draw_line(this, p);
	return 0;
}

void progress_clear(struct progress *progress)
{
	if (progress->n_shown > 0)
		fprintf(stderr, "\r%*s\r", progress->n_shown, "");
	progress->n_shown = 0;
}

void progress_finish(struct progress *progress, const struct sphex_count_stats *stats)
{
	progress_clear(progress);
	if (progress->kind == PROGRESS_JSON)
		print_json(&(struct sphex_progress){.n_bytes = stats->n_bam_bytes,
			.n_bytes_total = stats->n_bam_bytes,
			.n_records = stats->n_records,
			.seconds = stats->seconds_variants + stats->seconds_bam});
}
