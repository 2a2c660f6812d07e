/** A bounded number of requests to one loopback address, some at a time: how many a second, how long each, how much CPU. */
import { workerdCpuMs } from "./cpu.ts";

const CONCURRENCY = 8;

export interface Load {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU of all workerd processes per request; null where /proc does not tell. */
  readonly cpuMs: number | null;
}

/** Sends `count` requests after `warmUp` ones that do not count. `send` throws when it is not answered as it should. */
export async function load(send: (i: number) => Promise<void>, count: number, warmUp: number): Promise<Load> {
  await spread(send, 0, warmUp);
  const cpuBefore = workerdCpuMs();
  const began = performance.now();
  const times = await spread(send, warmUp, count);
  const tookMs = performance.now() - began;
  const cpuAfter = workerdCpuMs();
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  const cpuMs = cpuBefore === null || cpuAfter === null ? null : (cpuAfter - cpuBefore) / count;
  return { perSecond: (count / tookMs) * 1000, p50Ms: at(0.5), p99Ms: at(0.99), cpuMs };
}

async function spread(send: (i: number) => Promise<void>, from: number, count: number): Promise<number[]> {
  const times: number[] = [];
  let next = from;
  const lane = async () => {
    while (next < from + count) {
      const i = next++;
      const began = performance.now();
      await send(i);
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, lane));
  return times;
}
