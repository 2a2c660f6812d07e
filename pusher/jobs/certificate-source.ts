/** Where certificates are read from: the text of a PEM file, and a server that is asked for its own. */
import { X509Certificate } from "node:crypto";
import { failed, ok, type Result } from "../../protocol/result.ts";
import { codeOf, reasonOf } from "../files.ts";

const ANSWER_MS = 30_000;

/** Times in milliseconds. */
export interface Certificate {
  readonly subject: string;
  readonly beginsAt: number;
  readonly endsAt: number;
}

/** Every certificate of a PEM text (RFC 7468); throws what OpenSSL says of one that cannot be read. */
export function parsePem(text: string): Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => certificateOf(new X509Certificate(block)));
}

function certificateOf({ subject, validFrom, validTo }: X509Certificate): Certificate {
  const name = /^CN=(.+)$/m.exec(subject ?? "")?.[1];
  return { subject: name ?? "no name", beginsAt: Date.parse(validFrom), endsAt: Date.parse(validTo) };
}

const TROUBLES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "there is no such host",
  EAI_AGAIN: "its name could not be looked up",
  ECONNRESET: "it hung up; does it speak TLS?",
  EPROTO: "it does not speak TLS",
};

/** The certificate that `HOST:PORT` shows. Whether it is trusted is not asked: those of a home network often are not. */
export async function shownBy(server: string): Promise<Result<readonly Certificate[], string>> {
  const colon = server.lastIndexOf(":");
  const host = server.slice(0, colon).replace(/^\[|\]$/g, "");
  // Loaded when they are needed: the start of every command would take longer.
  const [{ isIP }, { connect }] = await Promise.all([import("node:net"), import("node:tls")]);
  return new Promise((done) => {
    const name = isIP(host) === 0 ? { servername: host } : {};
    const socket = connect({ host, port: Number(server.slice(colon + 1)), rejectUnauthorized: false, ...name });
    const end = (result: Result<readonly Certificate[], string>) => {
      socket.destroy();
      done(result);
    };
    socket.setTimeout(ANSWER_MS, () => end(failed(`${server}: no answer in ${ANSWER_MS / 1000} s`)));
    socket.on("error", (error) => {
      const code = codeOf(error) ?? "";
      const why = code.startsWith("ERR_SSL") ? TROUBLES.EPROTO : TROUBLES[code];
      end(failed(`${server}: ${why ?? reasonOf(error)}`));
    });
    socket.once("secureConnect", () => {
      const shown = socket.getPeerX509Certificate();
      end(shown === undefined ? failed(`${server} showed no certificate`) : ok([certificateOf(shown)]));
    });
  });
}
