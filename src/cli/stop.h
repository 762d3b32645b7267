/*
 * What SIGINT, SIGTERM and SIGHUP do. They end the program at once, with a message: nothing has
 * been written then. While files are written they cancel instead, so that no temporary file is
 * left.
 */
#ifndef SPHEX_STOP_H
#define SPHEX_STOP_H

/* From now on; signals that the program was started to ignore (nohup, a job in the background) stay
 * ignored. */
void stop_at_signals(void);
/* From now on the first signal calls cancel(handle); another one ends the program. */
void stop_by_cancelling(void (*cancel)(void *handle), void *handle);
/* Ends the program by the signal that has cancelled, if one has: whoever waits for it sees which.
 */
void stop_as_asked(void);

#endif
