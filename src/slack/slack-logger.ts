import { type Logger, LogLevel } from "@slack/web-api";
import type { Log } from "#src/log";

/** Slack's libraries log through ours: same format, same scrubbing. Their debug lines carry whole bodies: dropped. */
export function createSlackLogger(log: Log): Logger {
  const text = (parts: readonly unknown[]) => parts.map(String).join(" ");
  return {
    debug: () => {},
    info: (...parts) => log.debug(text(parts)),
    warn: (...parts) => log.warn(text(parts)),
    error: (...parts) => log.error(text(parts)),
    setLevel: () => {},
    getLevel: () => LogLevel.INFO,
    setName: () => {},
  };
}
