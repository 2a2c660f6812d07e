/** The demo, step by step: make the site and its hosts, start the worker, enrol, and then nights without end. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { failed, ok, type Result } from "../../protocol/result.ts";
import { enrollmentSql, makeEnrollmentCode } from "../enrollment-code.ts";
import { type Beats, startBeats } from "./beats.ts";
import { readyCarriers } from "./carriers.ts";
import { type Children, lastLine } from "./children.ts";
import { corenasToml, type SitePlan, winvmToml } from "./configs.ts";
import type { Folder } from "./folder.ts";
import { enrol, makeHost } from "./hosts.ts";
import { runNight, type Site } from "./night.ts";
import type { Options } from "./options.ts";
import { outage } from "./outage.ts";
import { makeOwnerLink } from "./owner-link.ts";
import { type Receiver, receiveAlerts } from "./receiver.ts";
import type { Say } from "./say.ts";
import { layOut, liveOn, type Tiers } from "./site.ts";
import { BEAT, NIGHT_SECONDS } from "./timetable.ts";
import { findTools, toolsLine } from "./tools.ts";
import { prepareWorker, startWorker } from "./worker.ts";

const SITE = "home";
const HOSTS = ["corenas", "winvm"] as const;
const SECRET_BYTES = 32;
/** Nights that have to go well before the site is cut off. */
const SETTLED_NIGHTS = 2;

export interface DemoIo {
  readonly options: Options;
  readonly folder: Folder;
  /** The repository. */
  readonly source: string;
  readonly children: Children;
  readonly say: Say;
  /** Where programs are looked for. */
  readonly path: string;
}

/** Runs until it cannot go on, and answers with the sentence that says why. */
export async function demo(io: DemoIo): Promise<string> {
  const { folder, options, say } = io;
  say.line(`Tierwatch watches a small site with real files. All that is made here lies in ${folder.path}`);
  const tiers = layOut(folder.site, Date.now());
  const receiver = await receiveAlerts(randomBytes(SECRET_BYTES).toString("base64"), say.alert);
  const opened = await open(io, tiers, receiver);
  if (!opened.ok) return opened.failure;
  const { site, died, ownerUrl } = opened.value;
  say.line(`Hosts corenas and winvm are enrolled, each with a key of its own, and beat every ${BEAT.everySeconds} s.`);
  say.line(`\n  Status page: ${site.worker}`);
  say.line(`  To sign in and act, with a passkey (good once): ${ownerUrl}\n`);
  say.line(`A night passes every ${NIGHT_SECONDS} s. Alerts show here and on the page. Ctrl-C ends everything.`);
  const beats = startBeats([site.corenas, site.winvm], say.trouble);
  return await Promise.race([died, beats.failed, live(site, tiers, beats, receiver, say, options.outage)]);
}

interface Opened {
  readonly site: Site;
  /** Makes its reader the owner. */
  readonly ownerUrl: string;
  /** Resolves when the worker ended by itself. */
  readonly died: Promise<string>;
}

/** Starts the tools and the worker side by side, then enrols both hosts. */
async function open(io: DemoIo, tiers: Tiers, receiver: Receiver): Promise<Result<Opened, string>> {
  const { children, folder, say, source } = io;
  const codes = codesFor(Date.now());
  const owner = makeOwnerLink(randomBytes, io.options.port, Date.now());
  const sql = [...HOSTS.map((host) => enrollmentSql(codes[host], { site: SITE, host })), owner.sql].join("; ");
  const place = { folder: folder.worker, source, port: io.options.port, children };
  const tools = findTools(io.path, process.platform);
  say.line(`Tools found: ${toolsLine(tools)}.`);
  say.line("Making the database and starting the worker on workerd …");
  const bundling = bundle(io);
  const carrying = readyCarriers(children, folder.site, tiers, tools);
  const prepared = await prepareWorker(place, receiver, sql);
  const worker = prepared.ok ? await startWorker(place) : prepared;
  const [bundled, carriers] = [await bundling, await carrying];
  if (!worker.ok) return worker;
  if (!bundled.ok) return bundled;
  if (!carriers.ok) return carriers;
  for (const note of carriers.value.notes) say.trouble(note);
  const { url, died } = worker.value;
  const hosts = hostsOf(io, { worker: url, tiers, ...carriers.value });
  for (const name of HOSTS) {
    const enrolled = await enrol(hosts[name], codes[name].code);
    if (!enrolled.ok) return enrolled;
  }
  return ok({ site: { ...hosts, worker: url }, ownerUrl: owner.url, died });
}

function codesFor(now: number) {
  const code = () => makeEnrollmentCode(randomBytes, now);
  return { corenas: code(), winvm: code() };
}

function hostsOf({ children, folder }: DemoIo, plan: SitePlan) {
  const host = (name: string, toml: string) => makeHost(children, folder.pusher, folder.site, name, toml);
  return { corenas: host("corenas", corenasToml(plan)), winvm: host("winvm", winvmToml(plan)) };
}

async function bundle({ children, folder, source }: DemoIo): Promise<Result<null, string>> {
  const script = join(source, "scripts", "build-pusher.ts");
  const ended = await children.start([process.execPath, script, folder.pusher]);
  return ended.code === 0 ? ok(null) : failed(`The pusher could not be built: ${lastLine(ended)}`);
}

/** Nights at their times, with an outage once if one is asked for; ends only when the outage went wrong. */
async function live(
  site: Site,
  tiers: Tiers,
  beats: Beats,
  receiver: Receiver,
  say: Say,
  isToFail: boolean,
): Promise<string> {
  let settled = 0;
  let outageToCome = isToFail;
  for (let night = 1; ; night++) {
    const startedAt = Date.now();
    settled = (await runNight(site, night, say)) ? settled + 1 : 0;
    liveOn(tiers, night);
    const wait = sleep(Math.max(0, startedAt + NIGHT_SECONDS * 1000 - Date.now()));
    if (!outageToCome || settled < SETTLED_NIGHTS) {
      await wait;
      continue;
    }
    outageToCome = false;
    const went = await outage(site.worker, beats, receiver, say);
    if (!went.ok) return went.failure;
  }
}
