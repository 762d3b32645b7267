/* See stop.h. A handler may only do what POSIX calls async-signal-safe: write(), raise(), an atomic
 * store. */
#include "stop.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static void (*volatile cancel_handle)(void *);
static void *volatile cancelled_handle;
static volatile sig_atomic_t came; /* the signal that has cancelled */

static void handle_signal(int number)
{
	static const char message[] = "sphex: error: stopped by a signal; nothing was written\n";
	ssize_t n_written;

	if (cancel_handle) {
		came = number;
		cancel_handle(cancelled_handle);
		return;
	}
	n_written = write(STDERR_FILENO, message, sizeof(message) - 1);
	(void)n_written;
	raise(number); /* SA_RESETHAND: this time it ends the program */
}

void stop_at_signals(void)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction action = {.sa_handler = handle_signal, .sa_flags = (int)SA_RESETHAND}, old;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(numbers[i], &action, NULL);
}

void stop_by_cancelling(void (*cancel)(void *), void *handle)
{
	cancelled_handle = handle;
	cancel_handle = cancel;
}

void stop_as_asked(void)
{
	if (came)
		raise(came);
}
