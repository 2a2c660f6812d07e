/**
 * Test vectors of the wire, as docs/WIRE.md prints them. Every value was written down once and is never computed here:
 * Ed25519 is deterministic, so another implementation has to reach the same bytes.
 */

/** `test-key-ed25519` of RFC 9421, appendix B.1.4. `seed` is its private half (32 bytes, base64url). */
export const KEY = {
  seed: "n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU",
  publicKey: "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs",
  keyId: "sWwtG-rRJiY5dk_bDuTTd0WZM2vUk0BM2ksRNsWfIGI",
} as const;

/** RFC 9421, appendix B.2.6: a request of somebody else, signed with the same key. */
export const RFC9421_B26 = {
  method: "POST",
  url: "https://example.com/foo?param=Value&Pet=dog",
  fields: [
    { name: "host", value: "example.com" },
    { name: "date", value: "Tue, 20 Apr 2021 02:07:55 GMT" },
    { name: "content-type", value: "application/json" },
    { name: "content-length", value: "18" },
  ],
  components: ["date", "@method", "@path", "@authority", "content-type", "content-length"],
  created: 1618884473,
  keyId: "test-key-ed25519",
  signatureInput:
    'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
  signature: "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:",
} as const;

export interface RequestVector {
  readonly method: string;
  readonly url: string;
  readonly body: string;
  /** Seconds since the epoch. */
  readonly created: number;
  readonly contentDigest: string;
  /** What is signed: these lines, joined by single line feeds, without one at the end. */
  readonly signatureBase: readonly string[];
  readonly signatureInput: string;
  readonly signature: string;
}

const PARAMETERS = '("@method" "@path" "@query" "content-type" "content-digest")';
const KEY_PARAMETERS = `keyid="${KEY.keyId}";alg="ed25519";tag="tierwatch-v1"`;

export const ENROLLMENT: RequestVector = {
  method: "POST",
  url: "https://tierwatch.example/v1/enrollments",
  body: '{"code":"q83vEjRWeJCrze8SNFZ4kA","publicKey":"JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"}',
  created: 1795399200,
  contentDigest: "sha-256=:Nk9NlkjQMddT85+1vMaYHhRhAep3rfXXp74M7xnuzVI=:",
  signatureBase: [
    '"@method": POST',
    '"@path": /v1/enrollments',
    '"@query": ?',
    '"content-type": application/json',
    '"content-digest": sha-256=:Nk9NlkjQMddT85+1vMaYHhRhAep3rfXXp74M7xnuzVI=:',
    `"@signature-params": ${PARAMETERS};created=1795399200;${KEY_PARAMETERS}`,
  ],
  signatureInput: `tierwatch=${PARAMETERS};created=1795399200;${KEY_PARAMETERS}`,
  signature: "tierwatch=:gNyN1g/olVzttezvYrJ8ancaTPzhxZUGuXj4oAbCvgs7FaVbndmwLaI9JEQGZfqf1esbZZb1KPhTL00Cj6uNAw==:",
};

export const PLAN: RequestVector = {
  method: "PUT",
  url: "https://tierwatch.example/v1/plan",
  body: '{"beat":{"everySeconds":300,"graceSeconds":300},"datasets":[{"name":"apps","born":"fast"}],"jobs":[{"name":"nightly","kind":"zfs-send","schedule":{"cron":"0 2 * * *","zone":"Europe/Riga"},"graceSeconds":3600,"maxRuntimeSeconds":7200,"from":"fast","to":"archive","datasets":["apps"],"windowSeconds":93600,"proof":"marker"},{"name":"health","kind":"zfs-health","schedule":{"everySeconds":3600},"graceSeconds":1800,"tier":"archive"}]}',
  created: 1795399201,
  contentDigest: "sha-256=:2zIzG2eOolABnBj9I7tza4KJfuSmard32SXYnwYVKDc=:",
  signatureBase: [
    '"@method": PUT',
    '"@path": /v1/plan',
    '"@query": ?',
    '"content-type": application/json',
    '"content-digest": sha-256=:2zIzG2eOolABnBj9I7tza4KJfuSmard32SXYnwYVKDc=:',
    `"@signature-params": ${PARAMETERS};created=1795399201;${KEY_PARAMETERS}`,
  ],
  signatureInput: `tierwatch=${PARAMETERS};created=1795399201;${KEY_PARAMETERS}`,
  signature: "tierwatch=:JzIesYbB9v8TLmzCmX8kRhOHwr5BHt2H5xnA/0yZAhNeGG3oTC8Pb1dR+XmhfpLnhP8nrU4HGMfhQb+/AqQcDA==:",
};

export const HEARTBEAT: RequestVector = {
  method: "POST",
  url: "https://tierwatch.example/v1/heartbeats",
  body: '{"runs":[{"id":"0b4c1d5e-6f70-4a81-92b3-c4d5e6f70819","job":"nightly","seq":1,"status":"succeeded","startedAt":"2026-11-23T02:00:00Z","finishedAt":"2026-11-23T02:04:30Z","exitCode":0,"bytes":1048576,"files":12,"born":[{"marker":"5a6b7c8d-9e0f-4123-8456-789abcdef012","dataset":"apps","tier":"fast","at":"2026-11-23T02:00:00Z"}],"seen":[{"marker":"5a6b7c8d-9e0f-4123-8456-789abcdef012","dataset":"apps","tier":"archive","at":"2026-11-23T02:04:30Z","sampled":20,"matched":20,"changed":0,"missing":0,"mismatched":0}],"readings":[{"name":"pool.archive.state","value":"ONLINE","verdict":"ok","text":"pool archive is ONLINE"}],"logTail":"sent 1.0 MiB\\n"}],"pusherVersion":"0.1.0"}',
  created: 1795399502,
  contentDigest: "sha-256=:NiSToTN2i+4V4XUis5aGJ+f/ietw2/I6kJyuqnkvUdg=:",
  signatureBase: [
    '"@method": POST',
    '"@path": /v1/heartbeats',
    '"@query": ?',
    '"content-type": application/json',
    '"content-digest": sha-256=:NiSToTN2i+4V4XUis5aGJ+f/ietw2/I6kJyuqnkvUdg=:',
    `"@signature-params": ${PARAMETERS};created=1795399502;${KEY_PARAMETERS}`,
  ],
  signatureInput: `tierwatch=${PARAMETERS};created=1795399502;${KEY_PARAMETERS}`,
  signature: "tierwatch=:jEJTnuuKAamPMoSZ60Qin5B/zcffdSwXWHZZd5y6TQbOJ9YG5CowapMVWGUTwThsAOWcDLD6YVL/tOfRA6vdAw==:",
};
