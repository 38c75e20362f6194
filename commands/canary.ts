import { readCommandText } from "#commands/command-text";
import { nearest } from "#src/release/nearest";

export const CANARY_VERBS = [
  "status",
  "pause",
  "resume",
  "extend",
  "promote",
  "abort",
  "hold",
  "explain",
  "acknowledge",
  "mute",
  "escalate",
  "help",
] as const;
export type CanaryVerb = (typeof CANARY_VERBS)[number];

/** What somebody typed after `/canary`. `service` null: the channel's only one. */
export type CanaryTyped =
  | { readonly kind: "status"; readonly service: string | null }
  /** `reason` empty: a window asks for it. */
  | {
      readonly kind: "pause" | "resume" | "promote" | "abort" | "hold";
      readonly service: string | null;
      readonly reason: string;
    }
  | { readonly kind: "extend"; readonly service: string | null; readonly hours: number; readonly reason: string }
  | { readonly kind: "explain"; readonly service: string | null; readonly kpi: string }
  | { readonly kind: "acknowledge" | "escalate"; readonly service: string | null; readonly kpi: string }
  | { readonly kind: "mute"; readonly service: string | null; readonly kpi: string; readonly hours: number }
  | { readonly kind: "help" };

/** Text that isn't a command: a sentence, and what was probably meant (complete commands). */
export type CanaryProblem = { readonly kind: "problem"; readonly text: string; readonly nearest: readonly string[] };

/**
 * The grammar of `/canary`: `[status] [service]` · `pause|resume|promote|abort|hold [service] [reason…]` · `extend [service] <hours> [reason…]` ·
 * `explain|acknowledge|escalate [service] <kpi>` · `mute [service] <kpi> [hours]` · `help`. Which KPIs there are, and how many hours may be, is
 * the canary's to say.
 */
export function parseCanary(text: string, services: readonly string[]): CanaryTyped | CanaryProblem {
  const read = readCommandText(text);
  if (!read.ok) return problem(read.problem);
  const [first, ...rest] = read.words;
  if (first === undefined) return { kind: "status", service: null };
  const verb = CANARY_VERBS.find((known) => known === first.toLowerCase());
  if (verb === undefined) return problem(`\`/canary\` doesn't know “${first}”.`, nearest(first, CANARY_VERBS));
  const service = services.find((known) => known === rest[0]) ?? null;
  return parseRest(verb, service, service === null ? rest : rest.slice(1), services);
}

function parseRest(
  verb: CanaryVerb,
  service: string | null,
  words: readonly string[],
  services: readonly string[],
): CanaryTyped | CanaryProblem {
  switch (verb) {
    case "help":
      return { kind: "help" };
    case "status": {
      const [extra] = words;
      return extra === undefined ? { kind: "status", service } : unknownService(extra, services);
    }
    case "pause":
    case "resume":
    case "promote":
    case "abort":
    case "hold":
      return { kind: verb, service, reason: words.join(" ") };
    case "extend":
      return parseExtend(service, words);
    case "explain":
    case "acknowledge":
    case "escalate": {
      const [kpi, extra] = words;
      if (kpi === undefined) return problem(`\`${verb}\` which KPI? \`/canary status\` lists them.`);
      return extra === undefined ? { kind: verb, service, kpi } : tooMany(verb, service, kpi, extra);
    }
    case "mute":
      return parseMute(service, words);
  }
}

function parseExtend(service: string | null, [typed, ...reason]: readonly string[]): CanaryTyped | CanaryProblem {
  if (typed === undefined) return problem("Extend by how many hours?", [command("extend", service, "24")]);
  const hours = wholeHours(typed);
  if (hours === null) {
    return problem(`\`extend\` takes whole hours; “${typed}” is no such number.`, [command("extend", service, "24")]);
  }
  return { kind: "extend", service, hours, reason: reason.join(" ") };
}

function parseMute(service: string | null, [kpi, typed, extra]: readonly string[]): CanaryTyped | CanaryProblem {
  if (kpi === undefined) return problem("Mute which KPI? `/canary status` lists them.");
  if (extra !== undefined) return tooMany("mute", service, `${kpi} ${typed ?? ""}`.trim(), extra);
  const hours = typed === undefined ? 1 : wholeHours(typed);
  if (hours === null) {
    return problem(`\`mute\` takes whole hours; “${typed}” is no such number.`, [command("mute", service, `${kpi} 1`)]);
  }
  return { kind: "mute", service, kpi, hours };
}

/** "24", "24h". Null: no whole number of hours. */
function wholeHours(typed: string): number | null {
  const [, digits] = /^(\d{1,4})h?$/.exec(typed) ?? [];
  return digits === undefined ? null : Number(digits);
}

function unknownService(word: string, services: readonly string[]): CanaryProblem {
  const known = services.map((service) => `\`${service}\``).join(", ");
  return problem(
    `“${word}” is none of the services here: ${known}.`,
    nearest(word, services).map((service) => `status ${service}`),
  );
}

const tooMany = (verb: CanaryVerb, service: string | null, kept: string, extra: string): CanaryProblem =>
  problem(`“${extra}” is one word too many for \`${verb}\`.`, [command(verb, service, kept)]);

const command = (verb: CanaryVerb, service: string | null, rest: string): string =>
  [verb, service, rest].filter((word) => word !== null).join(" ");

function problem(text: string, suggestions: readonly string[] = []): CanaryProblem {
  return { kind: "problem", text, nearest: suggestions.map((each) => `/canary ${each}`) };
}
