import { describe, expect, it } from "vitest";
import { type Executor, executor } from "../../pusher/exec.ts";
import { TAIL_BYTES } from "../../pusher/limits.ts";
import { lastOfText, tail } from "../../pusher/tail.ts";

function children(): Executor & { readonly output: () => string; readonly writes: () => number } {
  let text = "";
  let writes = 0;
  const made = executor({
    env: process.env,
    platform: process.platform,
    onStart: () => undefined,
    onBytes: () => {
      writes += 1;
    },
    onOutput: (chunk) => {
      text += Buffer.from(chunk).toString();
    },
  });
  return { ...made, output: () => text, writes: () => writes };
}

describe("a program", () => {
  it("finds what cron's PATH lacks, and speaks English", async () => {
    const { stdout } = await children().exec(["sh", "-c", "echo $PATH $LC_ALL"]);
    expect(stdout).toMatch(/\/usr\/local\/sbin:\/usr\/sbin:\/sbin C\.UTF-8/);
  });

  it("that is quiet is read by the job and not shown", async () => {
    const io = children();
    expect((await io.exec(["sh", "-c", "echo out; echo err >&2"], { quiet: true })).stdout).toBe("out\n");
    expect(io.output()).toBe("err\n");
  });

  it("that takes longer than its own limit is ended", async () => {
    const ended = await children().exec(["sleep", "300"], { timeoutSeconds: 0.2 });
    expect(ended).toMatchObject({ timedOut: true, signal: "SIGTERM" });
  });

  it("is seen to write also when it is quiet and when it writes into a pipe", async () => {
    const io = children();
    await io.exec(["true"]);
    expect(io.writes()).toBe(0);
    await io.exec(["echo"], { quiet: true });
    expect(io.writes()).toBe(1);
    await io.pipe(["echo"], ["sh", "-c", "cat >/dev/null"]);
    expect(io.writes()).toBe(2);
  });

  it("whose output the job takes is neither kept nor shown, and moves when the job says so", async () => {
    const io = children();
    let taken = "";
    const take = (answer: boolean) => (chunk: Uint8Array) => {
      taken += Buffer.from(chunk).toString();
      return answer;
    };
    const argv = ["sh", "-c", "echo out; echo err >&2"];
    const ended = await io.exec(argv, { onStdout: take(true), onStderr: take(false) });
    expect(ended).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
    expect(taken.split("\n").sort()).toEqual(["", "err", "out"]);
    expect(io.output()).toBe("");
    expect(io.writes()).toBe(1);
  });

  it("whose background child keeps the output open is not waited for", async () => {
    const ended = await children().exec(["sh", "-c", "sleep 300 & echo $!"]);
    expect(ended).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^\d+\n$/) });
    // It still runs: this throws when it does not.
    process.kill(Number(ended.stdout), "SIGKILL");
  });

  it("that cannot be started is told by its name alone", async () => {
    const io = children();
    expect((await io.exec(["nope", "--password=x"])).startError).toBe("there is no program `nope` on the PATH");
    expect((await io.exec(["true"], { cwd: "/nowhere" })).startError).toBe(
      "the working folder /nowhere does not exist",
    );
    expect((await io.exec(["echo", "a\0b"])).startError).toMatch(/^the program `echo` could not be started/);
  });

  it("is not started once the run was stopped", async () => {
    const io = children();
    await io.stop({ kind: "timeout", why: "its time was up" });
    expect((await io.exec(["true"])).startError).toContain("before this program was started");
  });
});

describe("a pipe", () => {
  it("carries every byte and counts them", async () => {
    const piped = await children().pipe(["head", "-c", "3000000", "/dev/zero"], ["wc", "-c"]);
    expect(piped).toMatchObject({ bytes: 3_000_000, producer: { exitCode: 0 }, consumer: { exitCode: 0 } });
    expect(piped.consumer.stdout.trim()).toBe("3000000");
  });

  it("ends its producer when its consumer fails early", async () => {
    const piped = await children().pipe(["yes"], ["sh", "-c", "echo full >&2; exit 4"]);
    expect(piped.consumer).toMatchObject({ exitCode: 4, stderr: "full\n" });
    expect(piped.producer.exitCode).not.toBe(0);
  });

  it("ends its consumer when its producer fails or is not there", async () => {
    const failing = await children().pipe(["sh", "-c", "echo x; exit 3"], ["cat"]);
    expect(failing).toMatchObject({ producer: { exitCode: 3 }, consumer: { exitCode: 0, stdout: "x\n" } });
    const missing = await children().pipe(["nope"], ["cat"]);
    expect(missing.producer.startError).toContain("nope");
    expect(missing.consumer.exitCode).toBe(0);
  });

  it("ends its producer when its consumer is not there", async () => {
    const piped = await children().pipe(["yes"], ["nope"]);
    expect(piped.consumer.startError).toContain("nope");
    expect(piped.producer.exitCode).not.toBe(0);
  });
});

describe("the tail of a run's output", () => {
  const same = (text: string) => text;

  it("is the last 64 KiB, cut at a character", () => {
    const log = tail();
    for (let index = 0; index < 3_000; index += 1) log.push(Buffer.from(`${index} ${"ä€😀".repeat(8)}\n`));
    const text = log.text(same);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(TAIL_BYTES);
    expect(Buffer.byteLength(text)).toBeGreaterThan(TAIL_BYTES - 4);
    expect(text).not.toContain("\ufffd");
    expect(text).toMatch(/\n2999 (ä€😀){8}\n$/);
  });

  it("joins characters that came in two pieces", () => {
    const log = tail();
    const euro = Buffer.from("€");
    log.push(euro.subarray(0, 1));
    log.push(euro.subarray(1));
    expect(log.text(same)).toBe("€");
  });

  it("never keeps half a secret at the cut", () => {
    const log = tail();
    log.push(Buffer.from(`correct-horse${"x".repeat(TAIL_BYTES - 5)}`));
    expect(log.text((text) => text.replaceAll("correct-horse", "[redacted]"))).not.toContain("horse");
  });

  it("holds no NUL, and bytes that are no text do no harm", () => {
    const log = tail();
    log.push(Uint8Array.of(0x61, 0, 0xff, 0x62));
    expect(log.text(same)).toBe("a\ufffd\ufffdb");
  });

  it("of a short text is that text", () => {
    expect(lastOfText("abc", 3)).toBe("abc");
    expect(lastOfText("aä", 2)).toBe("ä");
  });
});
