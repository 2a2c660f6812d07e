/** The pusher's version, as heartbeats carry it. */
export const VERSION = "0.1.0";
