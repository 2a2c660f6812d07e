/** Every host of a site: when it was last heard of, runs that never arrived, a clock that is off. */
import { explain } from "../judge/explain.ts";
import type { HostSummary } from "../judge/summary.ts";
import { hostKey } from "../judge/watch.ts";
import { span } from "../judge/words.ts";
import { StatusWord } from "./icons.tsx";
import { Told, When } from "./time.tsx";

interface Props {
  readonly hosts: readonly HostSummary[];
  readonly now: number;
}

export function Hosts({ hosts, now }: Props) {
  return (
    <section>
      <table class="hosts">
        <caption>Hosts</caption>
        <thead>
          <tr>
            <th scope="col">Host</th>
            <th scope="col">Status</th>
            <th scope="col">Last beat</th>
            <th scope="col">Beats every</th>
            <th scope="col">Of note</th>
          </tr>
        </thead>
        <tbody>
          {hosts.map((host) => (
            <HostRow host={host} now={now} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function HostRow({ host, now }: { host: HostSummary; now: number }) {
  const { status, reason, heardAt, everySeconds } = host;
  return (
    <tr>
      <th scope="row">{host.host}</th>
      <td data-label="Status">
        <StatusWord mark={status} />
        {status === "ok" ? null : (
          <span class="note">
            <Told text={explain(hostKey(host.host), reason, now)} />
          </span>
        )}
      </td>
      <td data-label="Last beat">{heardAt === null ? "never" : <When at={heardAt} now={now} />}</td>
      <td data-label="Beats every">{span(everySeconds * 1000)}</td>
      <td data-label="Of note">{notes(host).join("; ") || "–"}</td>
    </tr>
  );
}

function notes({ missingRuns, clockOffsetSeconds }: HostSummary): string[] {
  const [first] = missingRuns;
  const plural = missingRuns.length === 1 ? "run" : "runs";
  const runs = first === undefined ? [] : [`${plural} ${missingRuns.join(", ")} never arrived`];
  const direction = clockOffsetSeconds > 0 ? "ahead" : "behind";
  const clock =
    clockOffsetSeconds === 0 ? [] : [`clock ${span(Math.abs(clockOffsetSeconds) * 1000)} ${direction} (corrected)`];
  return [...runs, ...clock];
}
