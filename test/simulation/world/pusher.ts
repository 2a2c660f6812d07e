/** The pusher's cage: the real bundle, loaded once for all hosts of a world, over their simulated files, programs and network. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { constants } from "node:os";
import path from "node:path";
import * as z from "zod/mini";
import { evaluate } from "./bundle.ts";
import type { Chance } from "./chance.ts";
import { fileModules } from "./files.ts";
import { cachedIntl, dateOf, subtle } from "./globals.ts";
import type { Host, PusherDoors } from "./host.ts";
import { httpModule, type Transmit } from "./http.ts";
import { currentOf, timersOf, type Who } from "./process.ts";
import { type Play, programModule } from "./programs.ts";
import type { Time } from "./time.ts";

const isPusher = z.object({
  loadConfig: z.custom<PusherDoors["loadConfig"]>(),
  run: z.custom<PusherDoors["run"]>(),
  beat: z.custom<PusherDoors["beat"]>(),
  enroll: z.custom<PusherDoors["enroll"]>(),
  secretsOf: z.custom<PusherDoors["secretsOf"]>(),
});

export function pusherOf(
  code: string,
  time: Time,
  chance: Chance,
  who: Who<Host>,
  transmit: Transmit<Host>,
  play: Play<Host>,
): PusherDoors {
  const { fs, promises } = fileModules(who);
  const http = httpModule(who, transmit);
  const modules = {
    "node:fs": fs,
    "node:fs/promises": promises,
    "node:http": http,
    "node:https": http,
    "node:child_process": programModule(who, play, (host) => host.nextPid()),
    "node:crypto": cryptoModule(chance),
    "node:path": path.posix,
    "node:os": {
      constants,
      uptime: () => (time.now() - currentOf(who).machine.bootedAt) / 1000,
      userInfo: () => ({ uid: 0, username: "root", homedir: "/root" }),
      hostname: () => currentOf(who).host.name,
      homedir: () => "/root",
      tmpdir: () => "/tmp",
    },
  };
  const globals = {
    ...timersOf(who, time),
    Date: dateOf(() => currentOf(who).host.clock()),
    Intl: cachedIntl,
    crypto: { subtle },
    process: processOf(who),
  };
  return z.parse(isPusher, evaluate(code, globals, modules));
}

function processOf(who: Who<Host>): object {
  return {
    get pid() {
      return currentOf(who).pid;
    },
    platform: "linux",
    env: {},
    kill: (pid: number, signal: string | number) => {
      const self = currentOf(who);
      self.check();
      const target = self.machine.table.get(Math.abs(pid));
      if (target === undefined) throw Object.assign(new Error("ESRCH"), { code: "ESRCH" });
      if (signal !== 0) target.kill();
    },
  };
}

/** A key that writes itself out once for each way it is asked for. */
function exportedOnce(key: KeyObject): KeyObject {
  const written = new Map<string, unknown>();
  return new Proxy(key, {
    get: (target, name) => {
      if (name !== "export") return Reflect.get(target, name, target);
      return (options: object) => {
        const way = JSON.stringify(options);
        const found = written.get(way) ?? Reflect.apply(target.export, target, [options]);
        written.set(way, found);
        return found;
      };
    },
  });
}

/** PKCS8 of an Ed25519 key (RFC 8410) up to its 32 bytes. */
const PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");

/** As `node:crypto`; a key that was parsed once is kept, and a new one comes from the world's chance. */
function cryptoModule(chance: Chance): object {
  const privateKeys = new Map<string, KeyObject>();
  const publicKeys = new WeakMap<KeyObject, KeyObject>();
  /** Node wants the key itself, not what stands for it. */
  const originals = new WeakMap<KeyObject, KeyObject>();
  return {
    createHash,
    createPrivateKey: (pem: string) => {
      const found = privateKeys.get(pem);
      if (found !== undefined) return found;
      const original = createPrivateKey(pem);
      const key = exportedOnce(original);
      originals.set(key, original);
      privateKeys.set(pem, key);
      return key;
    },
    createPublicKey: (key: KeyObject) => {
      const found = publicKeys.get(key) ?? exportedOnce(createPublicKey(originals.get(key) ?? key));
      publicKeys.set(key, found);
      return found;
    },
    generateKeyPairSync: () => {
      const secret = Buffer.from(Array.from({ length: 32 }, () => chance.whole(0, 256)));
      const der = Buffer.concat([PKCS8_HEAD, secret]);
      return { privateKey: createPrivateKey({ key: der, format: "der", type: "pkcs8" }) };
    },
  };
}
