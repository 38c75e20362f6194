import type { GateSubject } from "#src/gates/gate";
import type { RunRecord } from "#src/rag/store";
import { comparable, digestMajor } from "#src/release/comparable-digests";
import { digestOf } from "#src/release/hash";

/** What is known about a run from the time it was finished: by ingestion, by adoption, by both, or nothing. */
export type RecordedRun = {
  readonly ingestion: RunRecord | null;
  readonly adoption: { readonly chunks: number; readonly digest: string } | null;
};

export async function recordedRun(subject: GateSubject, run: string, signal: AbortSignal): Promise<RecordedRun> {
  const adoption = Object.hasOwn(subject.adopted, run) ? subject.adopted[run] : undefined;
  return { ingestion: await subject.store.run(run, signal), adoption: adoption ?? null };
}

/** The digest(s) a run was recorded with: what evidence about its data rests on. */
export const recordedDigests = ({ ingestion, adoption }: RecordedRun): readonly (string | null)[] => [
  ingestion?.digest ?? null,
  adoption?.digest ?? null,
];

/** Digest of the inputs of a gate that looks at the candidate's data under some part of the configuration. */
export async function dataInputs(subject: GateSubject, looksAt: unknown, signal: AbortSignal): Promise<string> {
  const recorded = await recordedRun(subject, subject.candidate.run, signal);
  return digestOf({ run: subject.candidate.run, recorded: recordedDigests(recorded), looksAt });
}

export type Comparison =
  | { readonly kind: "equal" }
  /** `finding`: which defect it is, for the evidence; `why`: in words. */
  | { readonly kind: "different"; readonly finding: string; readonly why: string }
  /** The record is missing, partial, or can't be compared: nobody can say. */
  | { readonly kind: "unknown"; readonly finding: string; readonly why: string };

/**
 * Whether a run stands as it was recorded. One record that can be compared is enough, and none may contradict: an adoption
 * stands in for a digest that ingestion left out or computed under another Postgres major.
 */
export function compareWithRecord(
  run: string,
  recorded: RecordedRun,
  now: { readonly chunks: number; readonly digest: string },
): Comparison {
  const { ingestion, adoption } = recorded;
  if (ingestion !== null && ingestion.state !== "complete") {
    return { kind: "different", finding: "not-finished", why: `ingestion has not finished the run ${run}` };
  }
  const results = [
    ...(adoption === null ? [] : [compareOne(run, "at its adoption", adoption, now)]),
    ...(ingestion === null ? [] : [compareOne(run, "by ingestion", ingestion, now)]),
  ];
  return (
    results.find((each) => each.kind === "different") ??
    results.find((each) => each.kind === "equal") ??
    results[0] ?? {
      kind: "unknown",
      finding: "not-recorded",
      why: `nothing is recorded about the run ${run}, so nobody can say what it should hold`,
    }
  );
}

function compareOne(
  run: string,
  by: string,
  record: { readonly chunks: number | null; readonly digest: string | null },
  now: { readonly chunks: number; readonly digest: string },
): Comparison {
  if (record.chunks !== null && record.chunks !== now.chunks) {
    const was = record.chunks.toLocaleString("en-US");
    return {
      kind: "different",
      finding: `chunks ${by}`,
      why: `the run ${run} holds ${now.chunks.toLocaleString("en-US")} chunks, recorded ${by} were ${was}`,
    };
  }
  if (record.chunks === null || record.digest === null) {
    const what = record.digest === null ? "no digest" : "no chunk count";
    return { kind: "unknown", finding: `${what} ${by}`, why: `${what} of the run ${run} was recorded ${by}` };
  }
  if (record.digest === now.digest) return { kind: "equal" };
  if (!comparable(record.digest, now.digest)) {
    const major = digestMajor(record.digest);
    const why =
      major === null
        ? `the digest of the run ${run} recorded ${by} is not of the form docs/rag-store.md describes`
        : `the digest of the run ${run} was recorded ${by} under Postgres ${major}, this is ${digestMajor(now.digest)}: they can't be compared`;
    return { kind: "unknown", finding: `${major === null ? "foreign digest" : "other major"} ${by}`, why };
  }
  return {
    kind: "different",
    finding: `content ${by}`,
    why: `the content of the run ${run} differs from what was recorded ${by}`,
  };
}
