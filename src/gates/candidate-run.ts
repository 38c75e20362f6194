import type { Gate, GateFinding } from "#src/gates/gate";
import { compareWithRecord, recordedDigests, recordedRun } from "#src/gates/recorded-run";
import { digestSql } from "#src/rag/run-digest";
import { speakingRecord } from "#src/release/comparable-digests";
import { digestOf } from "#src/release/hash";

/**
 * INGEST_RUN_ID tracked and validated: the candidate's chunks are there, complete, and exactly what was recorded; and where
 * the runs differ, the candidate took no chunk of the active run. An ingest that upserts moves rows to its own run id,
 * so that the active run no longer is what was recorded of it.
 */
export const candidateRun: Gate = {
  id: "candidate-run",
  title: "Candidate run complete",
  version: 2,
  timeoutMs: 300_000,
  thresholds: () => ({ digest: "equal", chunks: "equal", overwritten_chunks_of_active_run: 0 }),
  check: async (subject, signal) => {
    const { candidate, active, store } = subject;
    const recorded = await recordedRun(subject, candidate.run, signal);
    const now = await store.digest(candidate.run, signal);
    const other = active !== null && active.run !== candidate.run ? active.run : null;
    const otherRecorded = other === null ? null : await recordedRun(subject, other, signal);
    const otherNow = other === null ? null : await store.digest(other, signal);
    const held = speakingRecord(recorded.ingestion, recorded.adoption, now.digest);
    const chunks = now.chunks.toLocaleString("en-US");
    const inputs = digestOf({
      run: candidate.run,
      recorded: recordedDigests(recorded),
      active: other,
      activeRecorded: otherRecorded === null ? null : recordedDigests(otherRecorded),
    });
    const base = {
      bar: "count and digest equal to the record, active run untouched",
      how: digestSql(store.names.chunks),
      inputs,
      numbers: {
        run: candidate.run,
        chunks: now.chunks,
        chunks_recorded: held?.chunks ?? null,
        digest: now.digest,
        digest_recorded: held?.digest ?? null,
        adopted: recorded.adoption !== null,
        active_run: other,
        active_chunks: otherNow?.chunks ?? null,
        active_chunks_recorded: otherRecorded?.ingestion?.chunks ?? otherRecorded?.adoption?.chunks ?? null,
      },
    };
    const not = (
      verdict: "fail" | "inconclusive",
      finding: string,
      summary: string,
      value: string,
      next: string,
    ): GateFinding => ({ ...base, verdict, findings: [finding], summary, value, next });

    if (now.chunks === 0) {
      const why = `The run ${candidate.run} has no chunks in the chunk table: there is nothing to go live with.`;
      return not("fail", "candidate:no-chunks", why, "0 chunks", "Check the run's name, or run the ingestion again.");
    }
    const compared = compareWithRecord(candidate.run, recorded, now);
    if (compared.kind === "different") {
      const next = "Ingest again under a new run id, and start a release with that run.";
      const why = `The candidate is not what was recorded: ${compared.why}.`;
      return not("fail", `candidate:${compared.finding}`, why, "not as recorded", next);
    }
    if (other !== null && otherRecorded !== null && otherNow !== null) {
      const untouched = compareWithRecord(other, otherRecorded, otherNow);
      if (untouched.kind === "different") {
        const why = `The active run was changed while the candidate was ingested: ${untouched.why}. A rollback could not return to it.`;
        const next = `Restore the run ${other}, and make the ingestion write new rows instead of updating existing ones.`;
        return not("fail", `active:${untouched.finding}`, why, "active run overwritten", next);
      }
      if (untouched.kind === "unknown") {
        const why = `Whether the candidate overwrote chunks of the active run can't be told: ${untouched.why}.`;
        const next = `Record it: \`golive run adopt ${other}\`.`;
        return not("inconclusive", `active:${untouched.finding}`, why, "active run not recorded", next);
      }
    }
    if (compared.kind === "unknown") {
      const next = `Let the ingestion record it (docs/rag-store.md), or adopt it: \`golive run adopt ${candidate.run}\`.`;
      const why = `The candidate can't be validated: ${compared.why}.`;
      return not("inconclusive", `candidate:${compared.finding}`, why, "not recorded", next);
    }
    const how = held === recorded.ingestion ? "recorded by ingestion" : "adopted";
    return {
      ...base,
      verdict: "pass",
      findings: [],
      summary: `The run ${candidate.run} is complete: ${chunks} chunks, count and digest as ${how}${other === null ? "" : `; the active run ${other} is untouched`}.`,
      value: `${chunks} chunks`,
      next: "",
    };
  },
};
