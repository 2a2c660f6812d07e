import { describe, expect, test } from "vitest";
import { contentDigest, digestMatches } from "../../protocol/digest.ts";
import { bytes } from "./requests.ts";

/** The body of RFC 9530's examples (appendix B). */
const BODY = bytes('{"hello": "world"}\n');
const SHA_256 = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:";
const SHA_512 = "sha-512=:YMAam51Jz/jOATT6/zvHrLVgOYTGFy1d6GJiOHTohq4yP+pgk4vf2aCsyRZOtw8MjkM7iw7yZ/WkppmM44T3qg==:";

test("a digest is that of RFC 9530's own example", async () => {
  expect(await contentDigest(BODY)).toBe(SHA_256);
});

describe("a Content-Digest header", () => {
  test.each([
    ["alone", SHA_256],
    ["after another algorithm", `${SHA_512}, ${SHA_256}`],
    ["before another algorithm, without a space", `${SHA_256},${SHA_512}`],
    ["after an algorithm that nobody knows", `md5=:AAAA:, ${SHA_256}`],
  ])("matches with sha-256 %s", async (_, header) => {
    expect(await digestMatches(header, BODY)).toBe(true);
  });

  test.each([
    ["is absent", null],
    ["is empty", ""],
    ["has no sha-256", SHA_512],
    ["has the digest of another body", "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"],
    ["has the digest in hexadecimal", "sha-256=44aff4ab2d7c3250525675a08f0cfa9591168cffe51791c5f5bbc417c15a6c38"],
    ["names sha-256 with the digest of another algorithm", SHA_512.replace("512", "256")],
  ])("does not match when it %s", async (_, header) => {
    expect(await digestMatches(header, BODY)).toBe(false);
  });
});
