import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LocalBedrock } from "#sandbox/bedrock/start";
import { writePacedConfigs } from "#sandbox/demo/paced-configs";
import type { Faults } from "#sandbox/rag/faults";
import { ingest } from "#sandbox/rag/ingest";
import { createStore, putConfig, setPointer, withStore } from "#sandbox/rag/rag-store";
import { defaultServiceConfig, serviceEnvironment } from "#sandbox/rag/service-defaults";
import type { LocalRagService } from "#sandbox/rag-service/start";
import { type LocalSlack, startSlack } from "#sandbox/slack/start";
import { runCommandLine } from "#src/cli/program";
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from "#test/support/postgres";
import { startServiceBehind } from "#test/support/rag-service-house";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const SERVICE = "support-docs";
export const SLACK_SECRETS = {
  botToken: "xoxb-test-0123456789",
  appToken: "xapp-test-0123456789",
  signingSecret: "0123456789abcdef0123456789abcdef",
} as const;

export type Said = { readonly code: number; readonly out: string; readonly err: string };

export type CliHouse = {
  readonly database: TestDatabase;
  readonly rag: TestDatabase;
  readonly bedrock: LocalBedrock;
  readonly ragService: LocalRagService;
  readonly slack: LocalSlack | null;
  /** What a shell in this house would have set. */
  readonly env: Readonly<Record<string, string>>;
  readonly configs: string;
  /** Runs `golive …` in this process. `env` replaces single variables; undefined takes one away. */
  golive(words: readonly string[], options?: GoliveOptions): Promise<Said>;
  /** The pointer, read past the product. */
  live(): Promise<{ readonly run: string | null; readonly config: string | null } | null>;
  stop(): Promise<void>;
};

export type GoliveOptions = {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Resolves when the person presses Ctrl-C. */
  readonly interrupt?: Promise<string>;
  /** Sees what goes to stderr as it is written. */
  readonly onErr?: (text: string) => void;
};

export type HouseOptions = {
  readonly slack?: boolean;
  /** False: Golive's own database is empty, and the RAG store has no ledger of flips. Default true. */
  readonly migrated?: boolean;
  /** True: roles name Slack user groups, as shipped. Default: the same people, user by user. */
  readonly groups?: boolean;
  /** What goes wrong in the candidate's ingestion. */
  readonly faults?: Faults;
  /** False: nothing answers yet. Default: run-1 with v1. */
  readonly live?: boolean;
  /**
   * True: the documents that the gold questions are about, in a store that Golive may bring scratch documents into. Default: three short
   * ones, which answer none of them.
   */
  readonly corpus?: boolean;
};

const DOCUMENTS = ["accounts", "billing", "webhooks"].map((name) => ({
  path: `${name}.md`,
  title: `All about ${name}`,
  body: `# All about ${name}\n\nOpen the settings and choose ${name}.\n\n## Limits\n\nTen ${name} for each workspace.\n`,
}));

/** Two real databases, a configuration directory and, when asked for, a local Slack: what a person's shell can reach. */
export async function openHouse(options: HouseOptions = {}): Promise<CliHouse> {
  const { migrated = true, groups = false, faults, live = true, corpus = false } = options;
  const releasers: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const release of releasers.splice(0).reverse()) await release();
  };
  const database = migrated ? await createTestDatabase() : await createEmptyDatabase();
  releasers.push(database.drop);
  const rag = await createEmptyDatabase();
  releasers.push(rag.drop);
  await fillStore(rag.adminUrl, { live, corpus, faults: faults ?? {} });
  const { bedrock, ragService } = await startServiceBehind(releasers, rag);
  const configs = await mkdtemp(join(tmpdir(), "golive-cli-"));
  releasers.push(() => rm(configs, { recursive: true, force: true }));
  const gold = join(ROOT, "sandbox/corpus/gold.jsonl");
  await writePacedConfigs({ from: join(ROOT, "configs"), to: configs, gold, evaluates: false });
  if (!groups) await edit(join(configs, "golive.yaml"), usersForGroups);
  const slack = options.slack === true ? await startSlack({ ...SLACK_SECRETS, mode: "http" }) : null;
  if (slack !== null) releasers.push(() => slack.stop());

  const env: Record<string, string> = {
    ...serviceEnvironment(rag.appUrl, { url: ragService.url, bedrock: bedrock.url }),
    DATABASE_URL: database.appUrl,
    GOLIVE_CONFIG: configs,
    ...(slack === null ? {} : { SLACK_BOT_TOKEN: SLACK_SECRETS.botToken, SLACK_API_URL: slack.apiUrl }),
  };
  const golive: CliHouse["golive"] = (words, { env: changes = {}, interrupt, onErr } = {}) =>
    shell(words, { ...env, ...changes }, interrupt, onErr);
  if (migrated) {
    const said = await golive(["migrate"], { env: { DATABASE_OWNER_URL: database.ownerUrl } });
    if (said.code !== 0) throw new Error(`migrate: ${said.err}`);
  }
  return {
    database,
    rag,
    bedrock,
    ragService,
    slack,
    env,
    configs,
    golive,
    live: () => readPointer(rag.adminUrl),
    stop,
  };
}

/** `golive …` in this process, with exactly these variables. */
export async function shell(
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  interrupt: Promise<string> = new Promise(() => undefined),
  onErr: (text: string) => void = () => undefined,
): Promise<Said> {
  let out = "";
  let err = "";
  const code = await runCommandLine(words, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
      onErr(text);
    },
    env,
    stopSignal: () => interrupt,
    inputClosed: () => new Promise(() => undefined),
  });
  return { code, out, err };
}

async function fillStore(
  url: string,
  { live, corpus, faults }: { readonly live: boolean; readonly corpus: boolean; readonly faults: Faults },
): Promise<void> {
  await createStore(url, { grantTo: "golive_app", scratch: corpus });
  await putConfig(url, "v1", defaultServiceConfig());
  const chunking = { maxTokens: 60, overlapTokens: 5 };
  const from = corpus ? { dir: join(ROOT, "sandbox/corpus") } : { documents: DOCUMENTS };
  await ingest({ connectionString: url, run: "run-1", from });
  await ingest({ connectionString: url, run: "run-2", from, chunking, faults });
  if (live) await setPointer(url, SERVICE, { run: "run-1", config: "v1" });
}

async function readPointer(url: string) {
  return withStore(url, async (client) => {
    const { rows } = await client.query<{ run: string | null; config: string | null }>(
      "SELECT ingest_run_id AS run, config_version AS config FROM rag.active_pointer WHERE service = $1",
      [SERVICE],
    );
    return rows[0] ?? null;
  });
}

/** Changes a file of a configuration directory; throws when nothing changed, so that no test rests on an edit that missed. */
export async function edit(file: string, change: (text: string) => string): Promise<void> {
  const before = await readFile(file, "utf8");
  const after = change(before);
  if (after === before) throw new Error(`nothing to change in ${file}`);
  await writeFile(file, after);
}

const usersForGroups = (yaml: string): string =>
  yaml.replace("groups: [S0ONCALL]", "groups: []").replace("groups: [S0RELEASE]", "users: [U0INES, U0TOM]");

/** Signs everything on the shipped checklist, as the people of the local Slack. Returns what each command said. */
export async function signEverything(house: CliHouse): Promise<readonly Said[]> {
  const said: Said[] = [];
  for (const [item, user] of [
    ["data-quality", "U0DAN"],
    ["accuracy", "U0MILA"],
    ["go-ahead", "U0INES"],
    ["go-ahead", "U0TOM"],
    ["team-notified", "U0OMAR"],
    ["dashboards", "U0OMAR"],
  ] as const) {
    said.push(await house.golive(["release", "sign", item, "--as", user]));
  }
  return said;
}
