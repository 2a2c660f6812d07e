/**
 * `kind = "syncthing"`: Syncthing carries by itself, so a run asks it to look at the folder now, and waits until the other side
 * has everything (Syncthing 1.12 or newer, and 2). Its own "100 %" is not believed: that is also what it says of a peer that is
 * off, paused, or shares the folder no longer.
 *
 * `side = "receiving"` is for the host that the data arrives at: it is done when everything that Syncthing was told of is here.
 */
import { defineKind } from "./kind.ts";
import { syncthingSettings } from "./syncthing-settings.ts";

export const syncthing = defineKind({
  settings: syncthingSettings,
  programs: () => [],
  marks: true,
  check: async (own, context) => {
    const { checkSyncthing } = await import("./check-syncthing.ts");
    return checkSyncthing(own, context);
  },
  arrived: async (own, root, asking) => {
    const { hasArrived } = await import("./syncthing-arrived.ts");
    return hasArrived(own, root, asking);
  },
  run: async (own, context) => {
    const { runSyncthing } = await import("./syncthing-run.ts");
    return runSyncthing(own, context);
  },
});
