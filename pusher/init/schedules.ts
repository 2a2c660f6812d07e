/** Backups that something starts already. Of a line only the tool's name is told: the rest may hold a secret. */
import { join } from "node:path";
import { type Eyes, type Part, quoted } from "./part.ts";

const TOOLS =
  /(?:^|[\s/;&|=("'])(sanoid|syncoid|zrepl|zfs-auto-snapshot|zfs|rsync|restic|resticprofile|rclone|borg|borgmatic|kopia|duplicati|rsnapshot|pg_dump|pg_dumpall|mysqldump|mariadb-dump|robocopy)(?=$|[\s;&|)"'.])/g;

export async function lookAtSchedules(eyes: Eyes): Promise<Part> {
  const found = [...inCron(eyes), ...inCrontab(await eyes.ask("crontab", "-l")), ...inTimers(eyes)];
  const hasSanoid = eyes.read("/etc/sanoid/sanoid.conf") !== undefined;
  return {
    found: [
      ...found.map(({ tool, where }) => `${tool} is started by ${where}`),
      ...(hasSanoid ? ["sanoid, by /etc/sanoid/sanoid.conf"] : []),
    ],
    leftOut: found.map(
      ({ tool, where }) =>
        `${tool} in ${where}: ${ADVICE[tool] ?? "leave it, and watch what it leaves behind; or let a job of Tierwatch start it instead"}`,
    ),
    tables: hasSanoid ? [sanoidOf(eyes)] : [],
    drafts: found.some(({ tool }) => tool === "syncoid" || tool === "zrepl") ? [followDraft(eyes)] : [],
  };
}

const ADVICE: Readonly<Record<string, string>> = {
  syncoid: "leave it; a job of kind zfs-follow looks whether it carried anything (a draft stands at the end)",
  zrepl: "leave it; a job of kind zfs-follow looks whether it carried anything (a draft stands at the end)",
  sanoid: "leave it; it takes the snapshots",
};

interface Started {
  readonly tool: string;
  readonly where: string;
}

function toolsIn(text: string, where: string): Started[] {
  const lines = text.split("\n").filter((line) => !/^\s*#/.test(line));
  const tools = lines.flatMap((line) => [...line.matchAll(TOOLS)].map(([, tool = ""]) => tool));
  return [...new Set(tools)].map((tool) => ({ tool, where }));
}

function inCron(eyes: Eyes): Started[] {
  const files = ["/etc/cron.d", "/etc/cron.hourly", "/etc/cron.daily", "/etc/cron.weekly", "/etc/cron.monthly"].flatMap(
    (folder) => eyes.names(folder).map((name) => join(folder, name)),
  );
  return ["/etc/crontab", ...files].flatMap((file) => toolsIn(eyes.read(file) ?? "", file));
}

function inCrontab(crontab: string | undefined): Started[] {
  return toolsIn(crontab ?? "", "your crontab");
}

function inTimers(eyes: Eyes): Started[] {
  const folders = ["/etc/systemd/system", ...eyes.homes.map((home) => join(home, ".config/systemd/user"))];
  return folders.flatMap((folder) =>
    eyes
      .names(folder)
      .filter((name) => name.endsWith(".timer") && !name.startsWith("tierwatch-"))
      .flatMap((name) => {
        const service = join(folder, name.replace(/\.timer$/, ".service"));
        const commands = (eyes.read(service) ?? "").split("\n").filter((line) => line.startsWith("ExecStart"));
        return toolsIn(commands.join("\n"), join(folder, name));
      }),
  );
}

function sanoidOf(eyes: Eyes): string {
  return `[[jobs]]                              # are sanoid's snapshots as fresh as its own policy asks?
name = ${quoted(eyes.name("sanoid"))}
kind = "command"
schedule = { every = "1h" }
grace = "30m"
argv = ["sanoid", "--monitor-snapshots"]
warn_exit_codes = [1]
`;
}

function followDraft(eyes: Eyes): string {
  return `[[jobs]]                              # looks whether the replication of another tool did its work
name = ${quoted(eyes.name("replication"))}
kind = "zfs-follow"
from = "fast"
to = "archive"
datasets = ["apps"]                   # names of [[datasets]]
schedule = { cron = "0 6 * * *" }
grace = "1h"
window = "50h"
source = "fast/apps"
target = "archive/apps"
max_age = "26h"
`;
}
