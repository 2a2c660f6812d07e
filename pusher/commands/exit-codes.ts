/** Exit codes of the pusher's own (sysexits.h where it has one); `run` ends with its job's. */
export const EXIT_FAULT = 1;
/** The command line is wrong. */
export const EXIT_USAGE = 64;
/** Nothing is lost, try again later: the worker was not reached. */
export const EXIT_LATER = 75;
/** The config is wrong. */
export const EXIT_CONFIG = 78;
