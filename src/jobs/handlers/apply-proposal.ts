import { z } from "zod";
import type { RunningJob } from "#src/jobs/create-jobs";
import { applyChanges } from "#src/operations/proposals/apply-changes";
import type { LiveConfig } from "#src/operations/proposals/intents";
import { configNameOf } from "#src/operations/proposals/proposal-id";
import { startByHand } from "#src/operations/proposals/says";
import { staleBecause } from "#src/operations/proposals/stale";
import type { ProposalState } from "#src/operations/proposals/state";
import type { DecideProposal } from "#src/operations/use-cases/decide-proposal";
import { insertStatement } from "#src/rag/insert-config";
import type { RagStore } from "#src/rag/store";
import { RagStoreError } from "#src/rag/store-error";
import { digestOf } from "#src/release/hash";
import { pairText, samePair } from "#src/release/pair";
import { namesFrom, refusalText } from "#src/release/refusal-text";
import type { Identity, ReleaseUseCases } from "#src/release/use-cases";
import { sentence } from "#src/release/wording";

const jobSchema = z.object({ service: z.string(), proposal: z.string() });
const bodySchema = z.json();

type Deps = {
  readonly decide: DecideProposal;
  readonly proposal: (id: string) => Promise<ProposalState | null>;
  readonly live: (service: string) => Promise<LiveConfig | null>;
  readonly store: (service: string) => Pick<RagStore, "names" | "configVersions" | "insertConfig" | "query">;
  readonly startRelease: ReleaseUseCases["startRelease"];
  readonly identity: Pick<Identity, "members">;
  /** Puts in place what the new version needs beside itself, each time it is asked; a sentence where that can't be had. Left out: it needs nothing. */
  readonly prepare?: (proposal: ProposalState) => Promise<string | null>;
};

/**
 * Carries out a proposal that everybody accepted, from whichever step a crash left it at: the new configuration version into the store, then
 * its go-live. The pointer is not touched: only that go-live moves it, by all of its checks. Throws when something that may come back is away:
 * then the job is tried again.
 */
export function createApplyProposal(deps: Deps): (job: RunningJob) => Promise<void> {
  return async (job) => {
    const { service, proposal: id } = jobSchema.parse(job.data);
    const proposal = await deps.proposal(id);
    if (proposal === null || proposal.agreed === null || proposal.ended !== null) return;
    if (proposal.written === null) await write(deps, proposal);
    job.signal.throwIfAborted();
    const after = await deps.proposal(id);
    if (after === null || after.written === null || after.ended !== null) return;
    await release(deps, service, after, after.written.config);
  };
}

const ANEW = "The next search or refresh that comes to the same proposes it anew.";

async function write(deps: Deps, proposal: ProposalState): Promise<void> {
  const { id, service, base, changes } = proposal;
  const live = await deps.live(service);
  if (staleBecause(proposal, live) !== null) {
    await deps.decide(service, id, null, { type: "look", live });
    return;
  }
  const fail = (says: string) => deps.decide(service, id, null, { type: "failed", says: `${says} ${ANEW}` });
  const store = deps.store(service);
  const found = (await store.configVersions()).find(({ version }) => version === base.config);
  const body = bodySchema.safeParse(found?.body);
  const changed = body.success ? applyChanges(body.data, changes) : NO_JSON;
  if (!changed.ok) {
    await fail(`Nothing was written: ${changed.says}`);
    return;
  }
  if (body.success && !(await isCarriedWhole(store, base.config, body.data))) {
    await fail(
      `Nothing was written: ${base.config} holds a number that would not come out the same, like one of more than 15 digits.`,
    );
    return;
  }
  const missing = (await deps.prepare?.(proposal)) ?? null;
  if (missing !== null) {
    await fail(`Nothing was written: ${missing}`);
    return;
  }
  const config = configNameOf(proposal, changed.body);
  const statement = insertStatement(store.names.configs, base.config, config, changes);
  try {
    const outcome = await store.insertConfig(config, changed.body);
    if (outcome === "different") {
      await fail(`Nothing was written: ${config} stands in the store already, with another content.`);
      return;
    }
  } catch (error) {
    if (!(error instanceof RagStoreError) || error.retryable || error.code === "aborted") throw error;
    const grant = error.code === "denied" ? await grantOf(store) : "";
    await fail(
      `The store did not take ${config}: ${sentence(error.message)}${grant} By hand: ${statement} Then: ${startByHand(proposal, config)}`,
    );
    return;
  }
  await deps.decide(service, id, null, { type: "written", config, digest: digestOf(changed.body) });
}

/** Whether what was read and would be written again is what stands there: Postgres holds numbers that JavaScript can't. */
async function isCarriedWhole(
  store: Pick<RagStore, "names" | "query">,
  config: string,
  read: unknown,
): Promise<boolean> {
  const { table, version, body } = store.names.configs;
  const sql = `SELECT ${body}::text::jsonb = $2::jsonb AS same FROM ${table} WHERE ${version}::text = $1`;
  const rows = await store.query(sql, [config, JSON.stringify(read)]);
  return rows.length > 0 && rows.every(({ same }) => same === true);
}

const NO_JSON = { ok: false, says: "the base version's body is not JSON that can be read." } as const;

const roleSchema = z.object({ role: z.string() });

async function grantOf(store: Pick<RagStore, "names" | "query">): Promise<string> {
  const { table, version, body } = store.names.configs;
  const role = roleSchema.safeParse((await store.query("SELECT quote_ident(current_user) AS role"))[0]);
  const who = role.success ? role.data.role : "Golive's role";
  return ` To let Golive write such versions: GRANT INSERT (${version}, ${body}) ON ${table} TO ${who};`;
}

async function release(deps: Deps, service: string, proposal: ProposalState, config: string): Promise<void> {
  const { id, base, agreed, needsRun, channel } = proposal;
  const leave = (because: string) =>
    deps.decide(service, id, null, {
      type: "left",
      says: `${config} stands in the store. ${because} ${startByHand(proposal, config)}`,
    });
  if (agreed === null) return;
  if (needsRun) {
    await leave("It takes a run that was ingested with it: ingest one first. Then:");
    return;
  }
  const pair = { run: base.run, config };
  const live = await deps.live(service);
  const isLive = samePair(live?.pair ?? null, pair);
  if (!isLive && staleBecause(proposal, live) !== null) {
    await leave(
      `What it was measured on is not what is live: that is ${pairText(live?.pair ?? null)} now. If it is still wanted:`,
    );
    return;
  }
  const { by } = agreed;
  const outcome = await deps.startRelease({
    actor: { ...by, via: `Golive, for proposal #${proposal.number} that ${by.name} accepted` },
    members: await deps.identity.members({ fresh: true }),
    service,
    from: channel,
    ...pair,
    // The same proposal has the same key: started twice, it is the same release.
    key: `proposal/${id}/start`,
  });
  if (outcome.ok && outcome.release !== null) {
    await deps.decide(service, id, null, { type: "released", release: outcome.release });
    return;
  }
  const why = outcome.ok
    ? "Its go-live was not opened."
    : `Its go-live was not opened: ${refusalText(outcome.refusal, namesFrom(null))}`;
  await leave(`${why} Once nothing is in the way:`);
}
