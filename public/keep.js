/** Lets the service worker keep the status page, so that it can be looked at when this device is offline. */
// A browser that cannot or may not: then there is no page when it is offline, as for any other site.
navigator.serviceWorker?.register("/sw.js").catch(() => undefined);
