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

/** The word that keeps a filter of ours from holding. */
export function winsOverFilters(options: readonly string[]): string | undefined {
  return options.find((word) => FIRST.test(word))?.replace(/=.*/s, "");
}

/** Whether a sync deletes in the target what filters hide. */
export function deletesHidden(options: readonly string[]): boolean {
  return options.includes("--delete-excluded");
}
