/** Waits so many milliseconds, or until the run has to end. */
export function wait(ms: number, stopping: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      stopping.removeEventListener("abort", end);
      resolve(undefined);
    };
    const timer = setTimeout(end, ms);
    stopping.addEventListener("abort", end);
    if (stopping.aborted) end();
  });
}
