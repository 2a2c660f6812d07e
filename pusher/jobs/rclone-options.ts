/** What the words among `options` mean for the calls of rclone that are not the job's own `sync` or `copy`; pure. */

/** Words of `sync` and `copy` that no other command knows. */
const OF_CARRYING = ["--create-empty-src-dirs"];
/** A filter of files, with its value in the same word or in the next. https://rclone.org/filtering/ */
const FILTER =
  /^(?:--(?:files-from(?:-raw)?|(?:metadata-)?(?:include|exclude|filter)(?:-from)?|exclude-if-present|(?:min|max)-(?:age|size)|hash-filter)|-f)(=|$)/;
/** Rules that come before any other, or stand alone: none that we add can take a file away from them. */
const FIRST = /^--(?:files-from(?:-raw)?|include(?:-from)?)(?:=|$)/;

/** For every other command. */
export function ofOtherCalls(options: readonly string[]): readonly string[] {
  return options.filter((word) => !OF_CARRYING.includes(word));
}

/** For a command about one file, which rclone refuses to filter. */
export function ofOneFile(options: readonly string[]): readonly string[] {
  const takesNext = (word: string | undefined) => word !== undefined && FILTER.exec(word)?.[1] === "";
  return ofOtherCalls(options).filter((word, at, all) => !FILTER.test(word) && !takesNext(all[at - 1]));
}

/**
 * What keeps the marker from being hidden, or from being carried by itself: a word of `options`, or a filter in rclone's
 * environment (`--exclude` is RCLONE_EXCLUDE there), which holds for one file too and cannot be taken away.
 */
export function inTheWay(
  options: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const word = options.find((one) => FIRST.test(one))?.replace(/=.*/s, "");
  return word ?? Object.keys(env).find((name) => env[name] !== undefined && FILTER.test(flagOf(name)));
}

/** The flag that a variable stands for. https://rclone.org/docs/#environment-variables */
function flagOf(variable: string): string {
  const [, name] = /^RCLONE_(.+)$/.exec(variable) ?? [];
  return name === undefined ? "" : `--${name.toLowerCase().replaceAll("_", "-")}`;
}

/** Whether a sync deletes in the target what filters hide. */
export function deletesHidden(options: readonly string[]): boolean {
  return options.includes("--delete-excluded");
}
