/** Can this host tell its owner by itself? Secrets and programs of `[alarm]`; whether a message arrives shows `alarm test`. */
import { logProgram } from "../alarm/program.ts";
import { webhookKey } from "../alarm/webhook.ts";
import type { AlarmConfig } from "../config/alarm.ts";
import type { Config } from "../config.ts";
import type { Shell } from "../shell.ts";
import type { Finding } from "./finding.ts";
import { findProgram } from "./local.ts";

export function checkAlarm(config: Config, shell: Shell): Finding[] {
  const { alarm } = config;
  if (alarm === undefined) {
    const advice = "should the worker itself stop, this host tells nobody; see examples/pusher.alarm.toml";
    return [{ what: "there is no [alarm]", advice }];
  }
  return [...checkSecrets(alarm, config, shell), ...checkTellers(alarm, config, shell)];
}

function checkSecrets(alarm: AlarmConfig, config: Config, shell: Shell): Finding[] {
  const { smtp, ntfy, webhook } = alarm;
  const secret = (way: string, reference: string | undefined): Finding[] => {
    if (reference === undefined) return [];
    const value = shell.secrets.resolve(reference, config.folder);
    return [value.ok ? { what: `alarm by ${way}: ${reference} can be read` } : fault(way, value.failure)];
  };
  const key = webhook && webhookKey(webhook.secret, shell, config.folder);
  return [
    ...(smtp === undefined ? [] : [{ what: `alarm by smtp: ${smtp.to} through ${smtp.host}:${smtp.port}` }]),
    ...secret("smtp", smtp?.login?.password),
    ...secret("ntfy", ntfy?.topic),
    ...secret("ntfy", ntfy?.token),
    ...(key === undefined
      ? []
      : [key.ok ? { what: "alarm by webhook: its secret is sound" } : fault("webhook", key.failure)]),
  ];
}

function checkTellers(alarm: AlarmConfig, config: Config, shell: Shell): Finding[] {
  const wanted = [
    ...(alarm.command === undefined ? [] : [{ way: "command", program: alarm.command.argv[0] ?? "" }]),
    ...(alarm.log ? [{ way: "log", program: logProgram(shell.platform) }] : []),
  ];
  return wanted.map(({ way, program }) => {
    const found = findProgram(program, config.folder, shell);
    return found === undefined
      ? fault(way, `there is no program ${program} on the PATH; install it or write its whole path`)
      : { what: `alarm by ${way}: ${program} is ${found}` };
  });
}

function fault(way: string, words: string): Finding {
  return { what: `alarm by ${way}`, fault: words };
}
