/**
 * `node bench/peak.ts ARGS…`: runs Node with these arguments and prints its largest resident size in MiB, by the kernel's
 * high-water mark (VmHWM, proc_pid_status(5)), looked at each millisecond.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

const child = spawn(process.execPath, process.argv.slice(2), { stdio: "ignore" });
let peakKib = 0;
const timer = setInterval(() => {
  try {
    const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
    peakKib = Math.max(peakKib, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
  } catch {
    // It has ended: what was seen last stands.
  }
}, 1);
child.on("close", () => {
  clearInterval(timer);
  console.log(peakKib / 1024);
});
