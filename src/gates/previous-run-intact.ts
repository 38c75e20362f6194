import type { Gate, GateFinding } from "#src/gates/gate";
import { compareWithRecord, recordedDigests, recordedRun } from "#src/gates/recorded-run";
import { configDigest } from "#src/rag/config-digest";
import { digestSql } from "#src/rag/run-digest";
import type { RagStore } from "#src/rag/store";
import { speakingRecord } from "#src/release/comparable-digests";
import type { Pair } from "#src/release/events";
import { digestOf } from "#src/release/hash";

const BAR = "run and configuration that a rollback returns to stand as recorded";

/** How far back in the ledger the flip that made a pair live is looked for. */
const FLIPS = 500;

/** The digest that the newest flip to this pair recorded of its configuration; null when no flip of Golive did. */
async function configAtGoLive(store: RagStore, active: Pair, signal: AbortSignal): Promise<string | null> {
  const flip = (await store.flipHistory(FLIPS, signal)).find(
    ({ outcome, to }) => outcome === "flipped" && to?.run === active.run && to.config === active.config,
  );
  return flip?.toConfigDigest ?? null;
}

/**
 * Whether a rollback would find what is live now: the run complete and unchanged, its configuration version still there and,
 * where the flip to it recorded that, with the same content.
 */
export const previousRunIntact: Gate = {
  id: "previous-run-intact",
  title: "Previous run intact",
  version: 2,
  timeoutMs: 180_000,
  withoutRelease: "Looked at what is live now: what a rollback of the next release would return to.",
  thresholds: () => ({ digest: "equal", chunks: "equal" }),
  check: async (subject, signal) => {
    const { active, store } = subject;
    const live = await store.pointer(signal);
    const base = { bar: BAR, how: digestSql(store.names.chunks) };
    if (live?.run !== active?.run || live?.config !== active?.config) {
      const now = live === null ? "nothing" : `${live.run} with configuration ${live.config}`;
      const then = active === null ? "nothing was live" : `${active.run} with ${active.config} was live`;
      return {
        ...base,
        verdict: "fail",
        summary: `The pointer moved since this release began: ${then}, now ${now} is.`,
        value: "pointer moved",
        numbers: { live_run: live?.run ?? null, live_config: live?.config ?? null },
        next: "Find out who moved the pointer. If that was right, cancel this release and start a new one.",
        inputs: digestOf({ active, live }),
        findings: ["pointer:moved"],
      };
    }
    if (active === null) {
      return {
        ...base,
        verdict: "pass",
        summary: "First go-live: nothing is live, so there is no previous run. A rollback would empty the pointer.",
        value: "first go-live",
        numbers: { first: true },
        next: "",
        inputs: digestOf({ active }),
        findings: [],
      };
    }
    const recorded = await recordedRun(subject, active.run, signal);
    const now = await store.digest(active.run, signal);
    const compared = compareWithRecord(active.run, recorded, now);
    const configuration = {
      live: await configAtGoLive(store, active, signal),
      now: await configDigest((sql, values) => store.query(sql, values, signal), store.names.configs, active.config),
    };
    const configKept = configuration.now !== null;
    const configSame = configuration.live === null || configuration.live === configuration.now;
    const finding = { ...base, inputs: digestOf({ active, recorded: recordedDigests(recorded), configuration }) };
    const numbers = {
      run: active.run,
      chunks: now.chunks,
      chunks_recorded: speakingRecord(recorded.ingestion, recorded.adoption, now.digest)?.chunks ?? null,
      digest: now.digest,
      digest_recorded: recorded.ingestion?.digest ?? recorded.adoption?.digest ?? null,
      configuration_kept: configKept,
      configuration_digest: configuration.now,
      configuration_digest_at_go_live: configuration.live,
    };
    const findings = [
      ...(now.chunks === 0 ? ["run:no-chunks"] : []),
      ...(compared.kind === "equal" ? [] : [`run:${compared.finding}`]),
      ...(configKept ? [] : ["configuration:missing"]),
      ...(configSame || !configKept ? [] : ["configuration:changed"]),
    ];
    const notPassed = (verdict: "fail" | "inconclusive", why: string, next: string): GateFinding => ({
      ...finding,
      findings,
      verdict,
      summary: `A rollback could not return to the previous run: ${why}.`,
      value: verdict === "fail" ? "changed" : "not known",
      numbers,
      next,
    });
    if (now.chunks === 0) {
      return notPassed(
        "fail",
        `the run ${active.run} has no chunks any more`,
        "Restore its chunks, or ingest it again.",
      );
    }
    if (compared.kind === "different") {
      const next = `Restore the run ${active.run} from a backup, or ingest it again, before anything replaces it.`;
      return notPassed("fail", compared.why, next);
    }
    if (!configKept) {
      const why = `the configuration version ${active.config} is gone from the configuration table, or empty`;
      return notPassed("fail", why, `Put the configuration version ${active.config} back.`);
    }
    if (!configSame) {
      const why = `the configuration version ${active.config} was edited since it went live`;
      const next = `Put back what went live as ${active.config} (backups hold it), and write changes as a new version.`;
      return notPassed("fail", why, next);
    }
    if (compared.kind === "unknown") {
      const next = `If the run is known to be good, record it: \`golive run adopt ${active.run}\`.`;
      return notPassed("inconclusive", compared.why, next);
    }
    return {
      ...finding,
      findings: [],
      verdict: "pass",
      summary: `The run ${active.run} holds its ${now.chunks.toLocaleString("en-US")} chunks unchanged: a rollback can return to it. ${
        configuration.live === null
          ? `Of its configuration ${active.config} only the presence is proven: no flip of Golive recorded its content.`
          : `Its configuration ${active.config} is what went live.`
      }`,
      value: "unchanged",
      numbers,
      next: "",
    };
  },
};
