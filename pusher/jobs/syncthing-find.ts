/** Finds the REST address and key of this host's Syncthing: what the job says, else Syncthing's environment, else its config.xml. */
import { readdirSync } from "node:fs";
import { posix, resolve, win32 } from "node:path";
import { failed, ok, type Result } from "../../protocol/result.ts";
import { isLoopback } from "../config/fields.ts";
import { codeOf, readIfThere, reasonOf } from "../files.ts";
import type { KindContext, Machine } from "./kind.ts";
import { type Gui, hasFolder, homesOf, originOf, parseGui } from "./syncthing-home.ts";
import type { SyncthingSettings } from "./syncthing-settings.ts";

/** Where to ask, and with what. */
export interface Api {
  readonly origin: string;
  readonly key: string;
  /** It is this machine's own: it may have made its certificate itself. */
  readonly own: boolean;
}

type Own = Pick<SyncthingSettings, "folder" | "address" | "api_key" | "config">;
export type FindContext = Pick<KindContext, "secret" | "hide" | "host" | "folder">;

/** The failure says what is missing, and which setting helps. */
export function findApi(own: Own, context: FindContext): Result<Api, string> {
  const { env } = context.host;
  const given = own.api_key === undefined ? undefined : context.secret(own.api_key);
  if (given?.ok === false) return failed(`api_key: ${given.failure}`);
  const key = given?.value ?? env.STGUIAPIKEY;
  const address = own.address ?? env.STGUIADDRESS;
  // Only what is still missing has to be found in config.xml, which this account may not be able to read.
  const gui: Result<Gui, string> = key && address ? ok({ tls: false }) : readGui(own, context);
  if (!gui.ok) return gui;
  return together(address ?? gui.value.address, key || gui.value.key, own, gui.value, context);
}

function together(
  address: string | undefined,
  key: string | undefined,
  own: Own,
  gui: Gui,
  context: FindContext,
): Result<Api, string> {
  if (key === undefined)
    return failed("Syncthing's config.xml holds no API key: set one in its settings, or `api_key`");
  context.hide(key);
  const origin = address === undefined ? undefined : originOf(address, address === gui.address && gui.tls);
  if (origin === undefined || !URL.canParse(origin)) {
    return failed(
      `Syncthing's REST address ${address ?? ""} is no TCP port: write \`address\`, as in http://127.0.0.1:8384`,
    );
  }
  return ok({ origin, key, own: own.address === undefined || isLoopback(new URL(origin).hostname) });
}

/** The config.xml that the job names, else of those in the usual places the first that has the folder, else the first. */
function readGui(own: Own, { host, folder }: FindContext): Result<Gui, string> {
  const places = own.config === undefined ? candidates(host) : [resolve(folder, own.config)];
  const found: string[] = [];
  let refused: string | undefined;
  for (const place of places) {
    try {
      const text = readIfThere(place);
      if (text !== undefined) found.push(text);
    } catch (error) {
      refused ??= `${place} cannot be read: ${reasonOf(error)}`;
    }
  }
  const gui = parseGui(found.find((text) => hasFolder(text, own.folder)) ?? found[0] ?? "");
  if (gui !== undefined) return ok(gui);
  const help = "name Syncthing's config.xml as `config`, or give `address` and `api_key`";
  if (refused !== undefined) return failed(`${refused}: ${help}`);
  if (own.config !== undefined) return failed(`${places.join()} is not Syncthing's config.xml`);
  return failed(`Syncthing's config.xml was not found where it usually is: ${help}`);
}

/** Every config.xml that there may be; a `*` is looked up. */
function candidates(host: Machine): string[] {
  const path = host.platform === "win32" ? win32 : posix;
  return homesOf(host).flatMap((home) => {
    const [before = "", after] = home.split("*");
    const homes = after === undefined ? [home] : foldersIn(before).map((name) => before + name + after);
    return homes.map((one) => path.join(one, "config.xml"));
  });
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return [];
  }
}
