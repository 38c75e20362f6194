import { readCommandText } from "#commands/command-text";
import { OPERATIONS, type OperationKind } from "#src/operations/operation";
import { nearest } from "#src/release/nearest";

export const GOLIVE_VERBS = [
  "start",
  "status",
  "manifest",
  "cancel",
  "rerun",
  "unlock",
  "schedule",
  "run",
  "slo",
  "help",
] as const;
export type GoliveVerb = (typeof GOLIVE_VERBS)[number];

/** What somebody typed after `/golive`. `service` null: the channel's only one. */
export type GoliveIntent =
  | {
      readonly kind: "start";
      readonly service: string | null;
      readonly run: string | null;
      readonly config: string | null;
    }
  | { readonly kind: "status"; readonly service: string | null }
  | { readonly kind: "manifest"; readonly service: string | null }
  | { readonly kind: "cancel"; readonly service: string | null; readonly reason: string }
  | { readonly kind: "rerun"; readonly service: string | null; readonly check: string }
  | { readonly kind: "unlock"; readonly service: string | null }
  | { readonly kind: "schedule"; readonly service: string | null }
  | { readonly kind: "run"; readonly service: string | null; readonly operation: OperationKind }
  | { readonly kind: "slo"; readonly service: string | null }
  | { readonly kind: "help" };

/** Text that isn't a command: a sentence, and what was probably meant (complete commands). */
export type GoliveProblem = { readonly kind: "problem"; readonly text: string; readonly nearest: readonly string[] };

/**
 * The grammar of `/golive`:
 * `start [service] [run] [config]` · `status [service]` · `manifest [service]` · `cancel [service] [reason…]` ·
 * `rerun [service] <check>|all` · `unlock [service]` · `schedule [service]` · `run [service] <kind>` ·
 * `slo [service]` · `help`. A first word that names a known service is the service; words are separated by spaces.
 */
export function parseGolive(text: string, services: readonly string[]): GoliveIntent | GoliveProblem {
  const read = readCommandText(text);
  if (!read.ok) return { kind: "problem", text: read.problem, nearest: [] };
  const [first, ...rest] = read.words;
  if (first === undefined) return { kind: "help" };
  const verb = GOLIVE_VERBS.find((known) => known === first.toLowerCase());
  if (verb === undefined) {
    return problem(`\`/golive\` doesn't know “${first}”.`, nearest(first, GOLIVE_VERBS));
  }
  const named = services.find((service) => service === rest[0]) ?? null;
  return parseRest(verb, named, named === null ? rest : rest.slice(1), services);
}

function parseRest(
  verb: GoliveVerb,
  service: string | null,
  words: readonly string[],
  services: readonly string[],
): GoliveIntent | GoliveProblem {
  switch (verb) {
    case "start":
      return parseStart(service, words, services);
    case "cancel":
      return { kind: "cancel", service, reason: words.join(" ") };
    case "rerun":
      return parseRerun(service, words);
    case "status":
    case "manifest":
    case "unlock":
    case "schedule":
    case "slo": {
      const [extra] = words;
      if (extra !== undefined) return unknownService(verb, extra, services);
      return { kind: verb, service };
    }
    case "run":
      return parseRun(service, words);
    case "help":
      return { kind: "help" };
  }
}

function parseStart(
  service: string | null,
  words: readonly string[],
  services: readonly string[],
): GoliveIntent | GoliveProblem {
  const [run = null, config = null, ...extra] = words;
  if (run !== null && service === null) {
    // A service with a typing error would otherwise be looked for as a run.
    const meant = nearest(run, services);
    if (extra.length === 1 || (meant.length > 0 && words.length === 1)) return unknownService("start", run, services);
  }
  if (extra.length > 0) {
    const said = extra.join(" ");
    return problem(`\`start\` takes a service, a run and a configuration version; “${said}” is one word too many.`, []);
  }
  return { kind: "start", service, run, config };
}

function parseRerun(service: string | null, words: readonly string[]): GoliveIntent | GoliveProblem {
  const [check, extra] = words;
  if (check === undefined) return problem("Rerun which check? Name one, or `all`.", ["rerun all"]);
  if (extra !== undefined) {
    return problem(`\`rerun\` takes one check or \`all\`; “${extra}” is one word too many.`, [`rerun ${check}`]);
  }
  return { kind: "rerun", service, check };
}

function parseRun(service: string | null, words: readonly string[]): GoliveIntent | GoliveProblem {
  const [typed, extra] = words;
  const known = OPERATIONS.map((kind) => `\`${kind}\``).join(", ");
  if (typed === undefined) return problem(`Run what? One of ${known}.`, ["run smoke"]);
  if (extra !== undefined) {
    return problem(`\`run\` takes a service and one kind; “${extra}” is one word too many.`, [`run ${typed}`]);
  }
  const operation = OPERATIONS.find((kind) => kind === typed.toLowerCase());
  if (operation !== undefined) return { kind: "run", service, operation };
  return problem(
    `There is no kind of run “${typed}”. There are ${known}.`,
    nearest(typed, OPERATIONS).map((kind) => `run ${kind}`),
  );
}

function unknownService(verb: GoliveVerb, word: string, services: readonly string[]): GoliveProblem {
  const known = services.map((service) => `\`${service}\``).join(", ");
  return problem(
    `“${word}” is none of the services here: ${known}.`,
    nearest(word, services).map((service) => `${verb} ${service}`),
  );
}

function problem(text: string, suggestions: readonly string[]): GoliveProblem {
  return { kind: "problem", text, nearest: suggestions.map((each) => `/golive ${each}`) };
}
