import { join } from "node:path";
import type { Pool } from "pg";
import { createStore, putConfig, setPointer, withStore } from "#sandbox/rag/rag-store";
import type { Block, SandboxMessage } from "#sandbox/slack/model";
import type { LocalSlack, SlackOptions } from "#sandbox/slack/start";
import type { CanaryUseCases } from "#src/canary/use-cases/canaries";
import { type Core, composeCore } from "#src/compose";
import { type Config, loadConfig } from "#src/config/load-config";
import type { CheckResult, EvaluationEnd, Verdict } from "#src/release/events";
import { createDecideIntent, type DecideIntent } from "#src/release/use-cases/decide-intent";
import type { ReleaseView } from "#src/release/view";
import { createSlackApp } from "#src/slack/app";
import { readCarried } from "#src/slack/blocks/carried";
import { createPauseForChannel, createTellOfUnseenCanary, createTellOfUnseenRollback } from "#src/slack/channel-loss";
import { createDirectory } from "#src/slack/directory";
import { createHomePages } from "#src/slack/home";
import { createIdentity } from "#src/slack/identity";
import { isCanarySubject, isRollbackId } from "#src/slack/ids";
import { createFindLinks } from "#src/slack/message-links";
import { createOutbox } from "#src/slack/outbox";
import { createPainter } from "#src/slack/painter";
import { createFileRenderer, createNoteRenderer, createReleaseRenderer } from "#src/slack/render";
import { withCanaries } from "#src/slack/render-canary";
import { withOperations } from "#src/slack/render-operations";
import { withProposals } from "#src/slack/render-proposal";
import { createSubjectRenderer } from "#src/slack/render-rollback";
import { createWeeklyFace } from "#src/slack/render-weekly";
import { type Releasers, TOKENS, until } from "#test/sandbox/bolt-app";
import { CHANNEL, posted, quiet, SELF, wire } from "#test/slack/bench";
import { namedVariables } from "#test/support/named";
import { createEmptyDatabase, createTestDatabase } from "#test/support/postgres";

export const SERVICE = "support-docs";

export type AppBench = {
  readonly slack: LocalSlack;
  readonly core: Core;
  readonly pool: Pool;
  /** Of the RAG store's owner. */
  readonly storeUrl: string;
  readonly decide: DecideIntent;
  readonly port: number | null;
  readonly stopApp: () => Promise<void>;
  /** Every check of the open release ends with this verdict. */
  finishChecks(verdict?: Verdict, manifest?: string): Promise<void>;
  view(): Promise<ReleaseView | null>;
  /** Names of the release's events, in order. */
  story(): Promise<readonly string[]>;
};

async function shippedConfig(change: (config: Config) => Config): Promise<Config> {
  const loaded = await loadConfig(join(import.meta.dirname, "../../configs"));
  if (!loaded.ok) throw new Error(`configs/: ${JSON.stringify(loaded.problems)}`);
  return change(loaded.config);
}

async function ragStore(releasers: Releasers): Promise<string> {
  const { ownerUrl, drop } = await createEmptyDatabase();
  releasers.push(drop);
  await createStore(ownerUrl);
  await putConfig(ownerUrl, "v1", { retrieval: { top_k: 8 } });
  await withStore(ownerUrl, async (client) => {
    for (const [index, run] of ["run-1", "run-2"].entries()) {
      await client.query(
        `INSERT INTO rag.ingest_runs (ingest_run_id, state, chunk_count, content_digest, finished_at)
         VALUES ($1, 'complete', 0, '', now() - make_interval(hours => $2))`,
        [run, 2 - index],
      );
    }
    await client.query("INSERT INTO rag.ingest_runs (ingest_run_id, state) VALUES ('run-3', 'running')");
  });
  await setPointer(ownerUrl, SERVICE, { run: "run-1", config: "v1" });
  return ownerUrl;
}

/** The bot as it is composed, but for the jobs: tests say how checks end. Everything goes over the wire. */
export async function startApp(
  releasers: Releasers,
  options: {
    mode?: SlackOptions["mode"];
    slack?: Partial<SlackOptions>;
    config?: (config: Config) => Config;
    /** What the bot sees of canaries, over what is really there. */
    canaries?: (own: CanaryUseCases) => CanaryUseCases;
  } = {},
): Promise<AppBench> {
  const mode = options.mode ?? "http";
  const config = await shippedConfig(options.config ?? ((same) => same));
  const { slack, web, call } = await wire(releasers, { mode, timeoutMs: 1_500, ...options.slack });
  const database = await createTestDatabase();
  releasers.push(database.drop);
  const storeUrl = await ragStore(releasers);
  const identity = createIdentity({
    directory: createDirectory(call),
    team: SELF.teamId,
    roles: config.golive.roles,
    now: Date.now,
    log: quiet,
  });
  const core = await composeCore({
    config,
    databaseUrl: database.appUrl,
    named: namedVariables(config, { store: storeUrl }),
    variables: {},
    identity,
    team: SELF.teamId,
    log: quiet,
    supervise: false,
  });
  releasers.push(core.close);
  const { pool, useCases, rollbacks, proposals, journal, clock } = core;
  const canaries = options.canaries?.(core.canaries) ?? core.canaries;
  const { manifests } = core.checks;
  const decide = createDecideIntent({ journal, clock });
  const pauseForChannel = createPauseForChannel({ config: config.golive, useCases, identity, pool });
  const tellOfUnseenRollback = createTellOfUnseenRollback({ config: config.golive, rollbacks, identity, pool });
  const tellOfUnseenCanary = createTellOfUnseenCanary({ canaries, identity, pool });
  const faces = { weekly: createWeeklyFace({ members: () => identity.members() }) };
  const common = { pool, web, now: Date.now, log: quiet, holder: "test" };
  const painter = createPainter({
    ...common,
    render: withProposals(
      proposals,
      withOperations(
        { operations: core.operations.useCases, week: core.operations.week, faces, now: clock.now },
        withCanaries(
          canaries,
          createSubjectRenderer(rollbacks, createReleaseRenderer(useCases, clock.now), clock.now),
          clock.now,
        ),
      ),
      clock.now,
    ),
    onChannelLost(subject, why) {
      if (isCanarySubject(subject)) return tellOfUnseenCanary(subject, why);
      return (isRollbackId(subject) ? tellOfUnseenRollback : pauseForChannel)(subject, why);
    },
    timing: { perMessageMs: 30, perUpdateMs: 30, perPostMs: 10, settleMs: 200, pollMs: 200 },
  });
  const operations = { operations: core.operations.useCases, faces, onCall: async () => [] };
  const outbox = createOutbox({
    ...common,
    selfId: SELF.userId,
    render: createNoteRenderer({ config, manifests, useCases, rollbacks, canaries, proposals, operations, log: quiet }),
    renderFile: createFileRenderer({
      useCases,
      manifest: manifests.file,
      evaluation: core.evaluations.page,
      incident: core.incidents.file,
    }),
    onThreadGone: painter.messageDeleted,
    timing: { perPostMs: 10, settleMs: 200, pollMs: 100 },
  });
  const home = createHomePages({
    services: Object.keys(config.golive.services),
    picture: core.pictures,
    identity,
    team: SELF.teamId,
    web,
    links: createFindLinks({ ...common }),
    now: clock.now,
    machineNow: Date.now,
    log: quiet,
  });
  const app = createSlackApp({
    mode:
      mode === "http"
        ? { kind: "http", host: "127.0.0.1", port: 0, signingSecret: TOKENS.signingSecret }
        : { kind: "socket", appToken: TOKENS.appToken },
    botToken: TOKENS.botToken,
    slackApiUrl: slack.apiUrl,
    machineNow: Date.now,
    config: config.golive,
    useCases,
    rollbacks,
    canaries,
    proposals,
    operations: { ...core.operations.useCases, schedule: core.operations.schedule },
    slos: core.slos.useCases,
    home,
    identity,
    web,
    painter,
    pauseForChannel,
    manifestSummary: manifests.summary,
    self: SELF,
    resources: core.resources.now,
    now: clock.now,
    log: quiet,
  });
  journal.onCommit(() => {
    painter.nudge();
    outbox.nudge();
    home.nudge();
  });
  painter.start();
  outbox.start();
  await app.start();
  if (app.port !== null) slack.setRequestUrl(`http://127.0.0.1:${app.port}/slack/events`);
  let running = true;
  const stopApp = async () => {
    if (running) await app.stop();
    running = false;
  };
  releasers.push(async () => {
    await stopApp();
    home.stop();
    await painter.stop();
    await outbox.stop();
  });

  const view = () => useCases.currentRelease(SERVICE);
  return {
    slack,
    core,
    pool,
    storeUrl,
    decide,
    port: app.port,
    stopApp,
    view,
    async finishChecks(verdict = "pass", manifest = "a".repeat(64)) {
      const release = (await view())?.release;
      if (release === undefined) throw new Error("no release is open");
      const { id } = release;
      await decide(SERVICE, id, null, { type: "freeze-manifest", hash: manifest, changes: [] });
      await decide(SERVICE, id, null, {
        type: "end-evaluation",
        manifest,
        evaluation: "ev_1",
        end: EVALUATED,
        known: true,
      });
      for (const check of (await view())?.checks ?? []) {
        const { attempt, definition } = check;
        await decide(SERVICE, id, null, { type: "start-check", check: definition.id, attempt });
        const result = resultOf(definition.id, verdict);
        await decide(SERVICE, id, null, { type: "finish-check", check: definition.id, attempt, result });
      }
    },
    async story() {
      const release = (await view())?.release;
      return release === undefined ? [] : (await journal.load(`release/${release.id}`)).map(({ event }) => event.type);
    },
  };
}

const EVALUATED: EvaluationEnd = {
  outcome: "finished",
  reason: null,
  trials: 60,
  graded: 0,
  refusals: 60,
  ungraded: 0,
  failed: 0,
};

function resultOf(check: string, verdict: Verdict): CheckResult {
  return {
    verdict,
    summary: `${check} says ${verdict}`,
    value: "1",
    bar: "1",
    numbers: {},
    how: "SELECT 1",
    next: verdict === "pass" ? "" : "Look at it.",
    evidenceHash: `${verdict === "pass" ? "1" : "0"}`.repeat(64),
  };
}

/** The release message as it stands in the channel. */
export function releaseMessage(slack: LocalSlack): SandboxMessage | undefined {
  return posted(slack).at(-1);
}

/** What only this person sees in the channel, oldest first. */
export function whispers(slack: LocalSlack, user: string, channel = CHANNEL): string[] {
  return slack.workspace
    .messages(channel, user)
    .filter(({ ephemeralFor }) => ephemeralFor === user)
    .map(({ text }) => text);
}

type Button = { readonly blockId: string; readonly actionId: string };

/** Buttons among these blocks with this action id, about this item (null: about none; left out: about any). */
export function buttonsIn(blocks: readonly Block[], action: string, item?: string | null): Button[] {
  return blocks.flatMap((block) => {
    const list = Array.isArray(block.elements) ? block.elements : [];
    return [...list, block.accessory].flatMap((element) => {
      if (typeof element !== "object" || element === null || !("action_id" in element)) return [];
      if (element.action_id !== action) return [];
      const about = readCarried(String(element.value ?? ""))?.i ?? null;
      if (item !== undefined && about !== item) return [];
      return [{ blockId: String(block.block_id), actionId: String(element.action_id) }];
    });
  });
}

/** Presses a button of the release message, once it is drawn. */
export async function press(
  slack: LocalSlack,
  user: string,
  action: string,
  item?: string | null,
  hands = slack.hands,
): Promise<void> {
  const find = () => buttonsIn(releaseMessage(slack)?.blocks ?? [], action, item)[0];
  await until(`the button ${action} ${item ?? ""}`, () => find() !== undefined, 8_000);
  const message = releaseMessage(slack);
  const button = find();
  if (message === undefined || button === undefined) throw new Error("the message is gone");
  const done = await hands.click(user, { channel: CHANNEL, ts: message.ts }, button.blockId, button.actionId);
  if (!done.ok) throw new Error(done.error);
}
