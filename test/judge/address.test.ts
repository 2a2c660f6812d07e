/** Which addresses a worker may call. */
import { describe, expect, test } from "vitest";
import { placeFault } from "../../worker/judge/address.ts";

describe("a private address is refused:", () => {
  test.each([
    "https://localhost/",
    "https://localhost./",
    "https://nas/",
    "https://nas.local/hook",
    "https://a.internal/",
    "https://router.home.arpa/",
    "https://127.0.0.1/",
    "https://127.9.9.9:8443/",
    "https://0x7f000001/",
    "https://2130706433/",
    "https://127.1/",
    "https://0177.0.0.1/",
    "https://0xa.1/",
    "https://127.0.0.1./",
    "https://１２７.0.0.1/",
    "https://%6c%6fcalhost/",
    "https://LOCALHOST/",
    "2130706433",
    "0x7f.1",
    "https://nas.localdomain/",
    "https://192.0.2.1/",
    "https://198.51.100.7/",
    "https://203.0.113.9/",
    "https://255.255.255.255/",
    "https://0.0.0.0/",
    "https://10.1.2.3/",
    "https://100.64.0.1/",
    "https://100.127.255.255/",
    "https://169.254.169.254/latest/meta-data",
    "https://172.16.0.1/",
    "https://172.31.255.255/",
    "https://192.168.1.1/",
    "https://198.18.0.1/",
    "https://224.0.0.1/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:192.168.1.1]/",
    "https://[::127.0.0.1]/",
    "https://[0:0:0:0:0:ffff:7f00:1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b:1::a00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:7f00:1::]/",
    "https://[2001::1]/",
    "https://[2001:db8::1]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://[100::1]/",
    "https://[fd00::1]/",
    "https://[fe80::1]/",
    "https://user:word@127.0.0.1/",
    "mail.local",
    "127.0.0.1",
    "10.0.0.1",
  ])("%s", (place) => {
    expect(placeFault(place)).toBe("is a private address: set ALLOW_PRIVATE_URLS = true to allow it");
  });
});

describe("a public address is allowed:", () => {
  test.each([
    "https://example.org/hook",
    "https://example.org:8443/",
    "https://localhost.example.org/",
    "https://9.9.9.9/",
    "https://100.63.0.1/",
    "https://100.128.0.1/",
    "https://172.15.0.1/",
    "https://172.32.0.1/",
    "https://198.17.0.1/",
    "https://[2606:4700:4700::1111]/",
    "https://[2001:4860:4860::8888]/",
    "https://[2a00::1]/",
    "https://192.0.1.1/",
    "https://203.0.112.9/",
    "https://10.example.org/",
    "smtp.example.org",
  ])("%s", (place) => {
    expect(placeFault(place)).toBeUndefined();
  });
});

test("an address without TLS is refused", () => {
  expect(placeFault("http://example.org/")).toMatch(/^must begin with https:\/\//);
});
