/** Syncthing's REST interface, played from real answers of 1.19.2 (`test/fixtures/syncthing-1.19.2`, NAME.req is the question). */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { listenOnLoopback } from "../../scripts/start/ports.ts";

const FOLDER = join(import.meta.dirname, "../fixtures/syncthing-1.19.2");

/** The device ids of the two instances that the answers were taken from. */
export const A = "HB53OSG-HU3ZSCR-TF2U7ON-GL4LILC-KP6BJPW-I3O3T2Y-CXNCCDD-WK3OOA3";
export const B = "LO5ELSD-47UKV3Q-M4FXGE3-JLQZN6P-ZFJFODE-NFC4GHA-XCUI4XB-KXQHAAC";

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A real answer by its name. */
export function answerOf(name: string): Answer {
  const status = Number(/^HTTP\/1\.1 (\d+)/m.exec(readFileSync(join(FOLDER, `${name}.req`), "utf8"))?.[1]);
  return { status, body: readFileSync(join(FOLDER, `${name}.json`), "utf8") };
}

export function jsonOf(name: string): unknown {
  return JSON.parse(answerOf(name).body);
}

/** The folder's settings, as `/rest/config/folders/archive` answers them. */
export function folderSettings(change: object = {}): Answer {
  const [folder] = JSON.parse(answerOf("ok-config-folders").body);
  return { status: 200, body: JSON.stringify({ ...folder, ...change }) };
}

/** What is asked, without `/rest` and the query: how it is answered now. */
export type Script = Record<string, Answer>;

/** All well: a is complete, b is connected. */
export function allWell(): Script {
  return {
    "/config/folders/archive": folderSettings(),
    "/config/devices": answerOf("ok-config-devices"),
    "/system/status": answerOf("ok-system-status"),
    "/system/connections": answerOf("ok-connections-a"),
    "/stats/device": answerOf("ok-stats-device-a"),
    "/db/status": answerOf("ok-db-status-a"),
    "/db/completion": answerOf("ok-completion-of-b-on-a"),
    "/db/remoteneed": answerOf("ok-db-remoteneed-a"),
    "/folder/errors": answerOf("ok-folder-errors-b"),
    "/db/scan": { status: 200, body: "" },
  };
}

export interface PlayedSyncthing {
  readonly address: string;
  /** What was asked, in order, with the query. */
  readonly asked: string[];
  readonly close: () => Promise<void>;
}

/** A server on loopback that answers by the script as it is at that moment; without the key `KEY` it refuses. */
export async function playSyncthing(
  script: Script,
  onAsked: (path: string) => void = () => undefined,
): Promise<PlayedSyncthing> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://localhost");
    const path = url.pathname.replace(/^\/rest/, "");
    asked.push(`${request.method} ${path}${url.search}`);
    onAsked(path);
    const answer =
      request.headers["x-api-key"] === "KEY"
        ? script[path]
        : { status: 401, body: readFileSync(join(FOLDER, "wrongkey.txt")) };
    response.writeHead(answer?.status ?? 404).end(answer?.body ?? "404 page not found");
  });
  const port = await listenOnLoopback(server, 0);
  return {
    address: `http://127.0.0.1:${port}`,
    asked,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
