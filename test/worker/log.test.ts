/** The end of a run's log, from the heartbeat that brought it to the mail about that run. */
import { beforeEach, expect, test } from "vitest";
import { corenasPlan } from "./reference.ts";
import { beat, emptyDatabase, enrolled, type Mail, run, START, sweepAt } from "./support.ts";

beforeEach(emptyDatabase);

test("the mail about a failed run ends in the end of that run's log, without what looks like a secret", async () => {
  const host = await enrolled("home", "corenas", corenasPlan, START);
  const logTail = "opening https://me:hush@host.example/repo\ncannot open 'archive': no such pool\n";
  const failed = run("nightly", 1, START, { status: "failed", reason: "exit 1", exitCode: 1, logTail });
  await beat(host, { runs: [failed] }, START);
  const mails: Mail[] = [];
  await sweepAt(START + 60_000, mails);
  await sweepAt(START + 120_000, mails);
  const [mail] = mails.filter(({ subject }) => subject.includes("nightly on corenas failed"));
  expect(mail?.text).toContain(
    "The end of its log:\n  opening https://me:[redacted]@host.example/repo\n  cannot open 'archive': no such pool\n",
  );
  expect(mails.map(({ text }) => text).join()).not.toContain("hush");
});
