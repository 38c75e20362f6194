import { findForbiddenGlobals, findProcessUse } from "#test/architecture/forbidden-globals";
import type { Import, ImportGraph } from "#test/architecture/import-graph";

/** A broken rule, with the chain of imports that breaks it: `src/release/x.ts → src/journal/mid.ts → pg`. */
export type Breach = { readonly rule: string; readonly chain: readonly string[]; readonly why: string };

const inside = (path: string, ...folders: readonly string[]) => folders.some((folder) => path.startsWith(`${folder}/`));

/**
 * Rules and views of the release, the block builders, the canary, and what computes over evaluations. Use cases, probes, and the reading
 * of files, are the border where effects begin.
 */
const isPureRoom = (path: string) =>
  (inside(path, "src/release", "src/rollback") &&
    !inside(path, "src/release/use-cases", "src/rollback/use-cases", "src/rollback/steps")) ||
  (inside(path, "src/canary") && !inside(path, "src/canary/use-cases", "src/canary/monitor", "src/canary/probes")) ||
  // What runs by the clock: rules stand beside the folders that do the work.
  (inside(path, "src/operations", "src/evaluation/few-shot") && !/\/(use-cases|work)\//.test(path)) ||
  inside(
    path,
    "src/slack/blocks",
    "src/evaluation/metrics",
    "src/evaluation/leakage",
    "src/evaluation/oracle",
    "src/evaluation/compare",
  );

/**
 * What pure rooms may take from outside themselves. Files of ours that stand here are held to the same rules, except where types
 * are inferred from schemas: the file needs its schema library for that, and nothing of it is left at run time.
 */
const PURE_MAY_IMPORT: Readonly<Record<string, readonly string[] | "anything" | "types" | "inferred types">> = {
  "src/slack/escape.ts": "anything",
  "src/slack/ids.ts": "anything",
  "src/slack/limits.ts": "anything",
  // The contract of jobs and posts that events cause; what implements it is out of reach.
  "src/journal/journal.ts": "types",
  // What an evaluation stored; the schemas that read it are out of reach.
  "src/evaluation/run/case-record.ts": "inferred types",
  "src/evaluation/run/run-record.ts": "inferred types",
  "src/evaluation/run/case-oracle.ts": "anything",
  // Canonical bytes and their hash.
  "src/manifest/canonical.ts": "anything",
  // Pages without a script, written by functions.
  "src/evaluation/report/html.ts": "anything",
  "src/evaluation/report/style.ts": "anything",
  "src/evaluation/report/table.ts": "anything",
  canonicalize: "anything",
  // Hashing is a function; the same module also hands out chance.
  "node:crypto": ["createHash"],
  "@slack/types": "types",
};

/** Folders and files that hold rules or adapters: they never know who calls them. */
const INNER = [
  "src/release",
  "src/rollback",
  "src/incident",
  "src/journal",
  "src/rag",
  "src/gates",
  "src/manifest",
  "src/backup",
  "src/config",
  "src/models",
  "src/resources",
  "src/evaluation",
  "src/canary",
  "src/observations",
  "src/operations",
];
const OUTER = ["src/slack", "src/cli", "src/http", "src/jobs", "commands"];
const isRoot = (path: string) => path === "src/main.ts" || /^src\/compose(-[a-z]+)*\.ts$/.test(path);

/** Edges that break a rule on purpose. One that is no longer needed is a breach itself. */
const EXCEPTIONS: readonly { readonly from: string; readonly to: string; readonly because: string }[] = [
  {
    from: "src/journal/migrate.ts",
    to: "src/jobs/install-jobs.ts",
    because: "one command, run by the owner's role, makes the tables of the journal and those of the job queues",
  },
];

/** An error class is how a boundary tells that it failed: whoever answers people has to know it by name. */
const isErrorClass = (path: string) => /-error\.ts$/.test(path);

/** Packages that mean "talks to a database or to Slack". */
const isDriver = (to: string) => /^(pg|pg-boss|pg-copy-streams)(\/|$)/.test(to);
const isModelClient = (to: string) => /^@aws-sdk\/client-bedrock/.test(to);
const isSlackClient = (to: string) => /^@slack\/(bolt|web-api|socket-mode)(\/|$)/.test(to);

/** All breaches of all rules. */
export function findBreaches(graph: ImportGraph): Breach[] {
  return [
    ...checkResolution(graph),
    ...checkPureRooms(graph),
    ...checkFolders(graph),
    ...checkExceptions(graph),
    ...checkReach(graph),
    ...checkProcess(graph),
  ];
}

/** Describes an edge in a chain; that an import is of types only is said, and excuses nothing. */
const label = (edge: Import) => (edge.typeOnly ? `${edge.to} (types only)` : edge.to);

function checkResolution(graph: ImportGraph): Breach[] {
  const rule = "every import names a file that exists";
  return edges(graph).flatMap(([path, edge]) =>
    edge.kind === "missing" ? [{ rule, chain: [path, label(edge)], why: "no such file" }] : [],
  );
}

function checkPureRooms(graph: ImportGraph): Breach[] {
  const rule = "pure rooms import only what the allow-list names";
  const breaches: Breach[] = [];
  const seen = new Set<string>();
  const visit = (path: string, chain: readonly string[]) => {
    if (seen.has(path)) return;
    seen.add(path);
    const module = graph.get(path);
    if (module === undefined) return;
    for (const name of findForbiddenGlobals(module.tokens)) {
      breaches.push({ rule: "pure rooms touch no clock, chance, process or network", chain, why: `uses ${name}` });
    }
    for (const edge of module.imports) {
      const why = refuseImport(edge);
      if (why !== null) breaches.push({ rule, chain: [...chain, label(edge)], why });
      else if (edge.kind === "file" && PURE_MAY_IMPORT[edge.to] !== "inferred types")
        visit(edge.to, [...chain, edge.to]);
    }
  };
  for (const path of graph.keys()) if (isPureRoom(path)) visit(path, [path]);
  return breaches;
}

function refuseImport(edge: Import): string | null {
  if (edge.kind === "computed") return "a specifier that is computed can't be checked";
  if (edge.kind === "file" && isPureRoom(edge.to)) return null;
  const allowed = Object.hasOwn(PURE_MAY_IMPORT, edge.to) ? PURE_MAY_IMPORT[edge.to] : undefined;
  if (allowed === undefined) return "not on the allow-list";
  if (allowed === "anything") return null;
  if (allowed === "types" || allowed === "inferred types")
    return edge.typeOnly ? null : "only types may be taken from it";
  const extra = edge.names.filter((name) => !allowed.includes(name));
  return extra.length === 0 ? null : `only ${allowed.join(", ")} may be taken from it, not ${extra.join(", ")}`;
}

/** Rules that look at one edge: types count as much as values. */
function checkFolders(graph: ImportGraph): Breach[] {
  return edges(graph).flatMap(([path, edge]) => {
    const broken = (rule: string, why: string): Breach[] => [{ rule, chain: [path, label(edge)], why }];
    if (inside(path, "src", "commands") && inside(edge.to, "sandbox", "test", "bench")) {
      return broken("the product doesn't know its sandbox, tests and benches", "imported from the product");
    }
    if (inside(path, "sandbox") && inside(edge.to, "src", "commands", "test", "bench")) {
      return broken("the sandbox speaks to the product over the wire only", "imported from the sandbox");
    }
    if (inside(path, "src", "commands") && !inside(path, "src/models") && isModelClient(edge.to)) {
      return broken("models are asked through the one model client", "the provider's own client");
    }
    if (EXCEPTIONS.some(({ from, to }) => from === path && to === edge.to)) return [];
    if (inside(path, ...INNER) && (inside(edge.to, ...OUTER) || isRoot(edge.to))) {
      return broken("rules and adapters don't know who calls them", "an outer room");
    }
    if (isRoot(edge.to) && inside(path, "src/slack", "src/jobs", "src/http", "commands")) {
      return broken("only the entry points know the composition root", "the composition root");
    }
    return [];
  });
}

/** Rules about what a room reaches at run time, over any number of steps. Types are erased and reach nothing. */
function checkReach(graph: ImportGraph): Breach[] {
  return [
    ...reach(
      graph,
      "commands and listeners reach the database through use cases only",
      (path) => inside(path, "commands", "src/slack/listeners"),
      (to) =>
        isDriver(to) ||
        (inside(to, "src/journal", "src/rag", "src/gates", "src/backup", "src/manifest") && !isErrorClass(to)),
    ),
    ...reach(
      graph,
      "use cases reach no database and no Slack but through what they are given",
      (path) =>
        inside(
          path,
          "src/release/use-cases",
          "src/rollback/use-cases",
          "src/canary/use-cases",
          "src/operations/use-cases",
        ),
      (to) => isDriver(to) || isSlackClient(to) || inside(to, ...OUTER),
    ),
    ...reach(
      graph,
      "journal, store, gates, manifest, backup, configuration and models reach no Slack",
      (path) => inside(path, ...INNER),
      (to) => isSlackClient(to),
    ),
  ];
}

/** The shortest chain to each forbidden edge: the same edge is not reported once for everybody who leads to it. */
function reach(
  graph: ImportGraph,
  rule: string,
  isFrom: (path: string) => boolean,
  isTarget: (to: string) => boolean,
): Breach[] {
  const shortest = new Map<string, readonly string[]>();
  for (const start of [...graph.keys()].filter(isFrom)) {
    const queue: (readonly string[])[] = [[start]];
    const seen = new Set([start]);
    for (let chain = queue.shift(); chain !== undefined; chain = queue.shift()) {
      for (const edge of graph.get(chain.at(-1) ?? "")?.imports ?? []) {
        if (edge.typeOnly || seen.has(edge.to)) continue;
        seen.add(edge.to);
        const longer = [...chain, edge.to];
        if (!isTarget(edge.to)) {
          queue.push(longer);
          continue;
        }
        const key = longer.slice(-2).join(" → ");
        if (longer.length < (shortest.get(key)?.length ?? Number.POSITIVE_INFINITY)) shortest.set(key, longer);
      }
    }
  }
  return [...shortest.values()].map((chain) => ({ rule, chain, why: "reached at run time" }));
}

function checkExceptions(graph: ImportGraph): Breach[] {
  return EXCEPTIONS.filter(
    ({ from, to }) => graph.has(from) && !graph.get(from)?.imports.some((edge) => edge.to === to),
  ).map(({ from, to }) => ({
    rule: "exceptions are needed",
    chain: [from, to],
    why: "this exception is needed no longer",
  }));
}

function checkProcess(graph: ImportGraph): Breach[] {
  const rule = "only src/main.ts reads the environment and ends the process";
  return [...graph.values()]
    .filter((module) => inside(module.path, "src", "commands") && module.path !== "src/main.ts")
    .flatMap((module) =>
      findProcessUse(module.tokens, ["env", "exit", "exitCode", "argv"]).map((member) => ({
        rule,
        chain: [module.path],
        why: `uses process.${member}`,
      })),
    );
}

function edges(graph: ImportGraph): [path: string, edge: Import][] {
  return [...graph.values()].flatMap((module) => module.imports.map((edge): [string, Import] => [module.path, edge]));
}

/** One line per breach. */
export function describeBreach(breach: Breach): string {
  return `${breach.chain.join(" → ")}: ${breach.why} (${breach.rule})`;
}
