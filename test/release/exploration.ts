import type { decide } from "#src/release/decide";
import type { Authored } from "#src/release/decision";
import { evolveRelease } from "#src/release/evolve";
import { evolveService } from "#src/release/evolve-service";
import type { Intent } from "#src/release/intents";
import type { ReleaseState, ServiceState } from "#src/release/state";
import { audit } from "#test/release/auditor";
import type { Ledger } from "#test/release/ledger";

export type Decide = typeof decide;

/** One state of the world under exploration. `ledger` is the auditor's own account of how it came about. */
export type Node = {
  readonly service: ServiceState;
  readonly release: ReleaseState;
  readonly now: number;
  readonly ledger: Ledger;
};

/** What may happen next: an intent, or time passing (milliseconds). */
export type Move =
  | { readonly name: string; readonly intent: Intent }
  | { readonly name: string; readonly pass: number };

export type Exploration = {
  readonly states: number;
  readonly transitions: number;
  /** Accepted intents with at least one fact. */
  readonly effective: number;
  readonly depth: number;
  /** Nothing was left to explore within the limits. */
  readonly closed: boolean;
  readonly endings: Readonly<Record<string, number>>;
  readonly breach: { readonly problems: readonly string[]; readonly path: readonly string[] } | null;
};

type Options = {
  readonly decide: Decide;
  readonly roots: readonly Node[];
  readonly movesOf: (node: Node) => readonly Move[];
  readonly fingerprint: (node: Node) => string;
  readonly maxDepth: number;
  readonly maxStates?: number;
  readonly onDepth?: (depth: number, states: number) => void;
};

type Came = { readonly from: string; readonly by: string } | null;

/**
 * Breadth first over all states that any sequence of moves reaches, each distinct fingerprint once. Every decision on the way
 * is audited, and asked for a second time (rule 7: no new facts). Stops at the first breach, with the shortest path to it.
 */
export function explore(options: Options): Exploration {
  const came = new Map<string, Came>();
  let frontier: { readonly node: Node; readonly key: string }[] = [];
  for (const node of options.roots) {
    const key = options.fingerprint(node);
    if (came.has(key)) continue;
    came.set(key, null);
    frontier.push({ node, key });
  }
  const count = { transitions: 0, effective: 0 };
  const endings: Record<string, number> = {};
  const report = (depth: number, closed: boolean, breach: Exploration["breach"]): Exploration => {
    return { states: came.size, ...count, depth, closed, endings, breach };
  };

  let depth = 0;
  for (; depth < options.maxDepth && frontier.length > 0; depth += 1) {
    const next: typeof frontier = [];
    for (const { node, key } of frontier) {
      const { standing } = node.release;
      if (node.release.ended !== null) endings[standing] = (endings[standing] ?? 0) + 1;
      for (const move of options.movesOf(node)) {
        count.transitions += 1;
        const step = "pass" in move ? passing(node, move.pass) : taking(options.decide, node, move.intent);
        if (step.problems.length > 0) {
          return report(depth, false, { problems: step.problems, path: [...pathTo(came, key), move.name] });
        }
        if (step.node === node) continue;
        count.effective += 1;
        const reached = options.fingerprint(step.node);
        if (came.has(reached)) continue;
        came.set(reached, { from: key, by: move.name });
        next.push({ node: step.node, key: reached });
      }
      if (came.size > (options.maxStates ?? Number.POSITIVE_INFINITY)) return report(depth, false, null);
    }
    frontier = next;
    options.onDepth?.(depth + 1, came.size);
  }
  return report(depth, frontier.length === 0, null);
}

/** The world after these facts. */
export function advance(node: Node, events: readonly Authored[]): Omit<Node, "ledger"> {
  let { service, release } = node;
  const at = node.now;
  for (const entry of events) {
    if (entry.to === "release") {
      release = evolveRelease(release, { ...entry, at, version: release.version + 1 });
    } else {
      service = evolveService(service, { ...entry, at, version: service.version + 1 });
    }
  }
  return { service, release, now: node.now };
}

/** One decision: its facts taken in, audited, and the same intent decided once more. */
export function taking(
  decideOnce: Decide,
  node: Node,
  intent: Intent,
): { readonly node: Node; readonly problems: readonly string[] } {
  const decision = decideOnce(node.service, node.release, intent, node.now);
  if (decision.events.length === 0) return { node, problems: [] };
  const { ledger, problems } = audit(node.ledger, decision.events, { intent, now: node.now });
  const reached = { ...advance(node, decision.events), ledger };
  const again = decideOnce(reached.service, reached.release, intent, reached.now).events;
  const repeated =
    again.length === 0 ? [] : [`rule 7: ${intent.type} twice adds ${again.map(({ event }) => event.type)}`];
  return { node: reached, problems: [...problems, ...repeated] };
}

function passing(node: Node, ms: number): { readonly node: Node; readonly problems: readonly string[] } {
  return { node: { ...node, now: node.now + ms }, problems: [] };
}

function pathTo(came: ReadonlyMap<string, Came>, key: string): readonly string[] {
  const path: string[] = [];
  for (let at = came.get(key); at !== undefined && at !== null; at = came.get(at.from)) path.push(at.by);
  return path.toReversed();
}
