/** `doctor`: checks follow. */
import type { Config } from "../config.ts";
import type { Shell } from "../shell.ts";

export async function doctor(config: Config, shell: Shell): Promise<number> {
  shell.say(`${config.file} is well formed`);
  return 0;
}
