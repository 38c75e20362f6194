import { proofWords } from "#src/cli/proof-words";
import { HANG, pair, row } from "#src/cli/release-text";
import { wrap } from "#src/cli/wrap";
import type { ChosenPair } from "#src/gates/choose-pair";
import { type GateReport, worstVerdict } from "#src/gates/run-health";
import type { LastProof } from "#src/gates/self-test/proof-records";
import type { Verdict } from "#src/release/events";

/** What `golive health` found, ready to be told. */
export type HealthReport = {
  readonly service: string;
  readonly chosen: ChosenPair;
  readonly reports: readonly GateReport[];
  /** By gate: the newest attempt to prove that it can fail. */
  readonly proofs: ReadonlyMap<string, LastProof>;
  /** Epoch milliseconds. */
  readonly now: number;
};

export const worstOf = ({ reports }: HealthReport): Verdict =>
  worstVerdict(reports.map(({ result }) => result.verdict));

/** For a terminal of 100 columns, in the words and rows of `golive release status`. Ends with a line break. */
export function healthText(report: HealthReport): string {
  const { service, chosen, reports, proofs, now } = report;
  const about =
    chosen.candidate === null ? `no candidate: ${chosen.because}` : `${pair(chosen.candidate)} (${chosen.because})`;
  return `${[
    ...wrap("", `${service}: health of ${about}`),
    ...wrap("", `live: ${pair(chosen.active)} · run for no release`),
    "",
    ...reports.flatMap((each) => gateLines(each, proofWords(each.gate, proofs.get(each.gate.id), now))),
    "",
    ...wrap("", total(reports)),
  ].join("\n")}\n`;
}

function gateLines({ gate, result, milliseconds }: GateReport, proof: string): string[] {
  const outside = result.verdict === "error" ? "" : (gate.withoutRelease ?? "");
  const said = row(result.verdict, gate.id, [result.summary, result.next, outside].filter(Boolean).join(" "));
  return [...said, ...wrap(" ".repeat(HANG), `${duration(milliseconds)} · ${proof}`)];
}

/** "41 ms", "2.3 s". */
export function duration(milliseconds: number): string {
  return milliseconds < 1_000 ? `${milliseconds} ms` : `${(milliseconds / 1_000).toFixed(1)} s`;
}

const WORDS: readonly (readonly [Verdict, string])[] = [
  ["pass", "pass"],
  ["fail", "failed"],
  ["inconclusive", "inconclusive"],
  ["error", "could not run"],
];

function total(reports: readonly GateReport[]): string {
  const counts = WORDS.flatMap(([verdict, word]) => {
    const many = reports.filter(({ result }) => result.verdict === verdict).length;
    return many === 0 ? [] : [`${many} ${word}`];
  });
  return `${reports.length} gate${reports.length === 1 ? "" : "s"}: ${counts.join(", ")}.`;
}

/** The one JSON document of `golive health --json`. */
export function healthJson(report: HealthReport) {
  const { service, chosen, reports, proofs } = report;
  const verdict = worstOf(report);
  return {
    ok: verdict === "pass",
    service,
    verdict,
    candidate: chosen.candidate,
    chosen: chosen.because,
    active: chosen.active,
    gates: reports.map(({ gate, result: { evidenceHash, ...result }, findings, milliseconds }) => ({
      id: gate.id,
      title: gate.title,
      version: gate.version,
      ...result,
      findings,
      evidence_hash: evidenceHash,
      milliseconds,
      without_release: gate.withoutRelease ?? null,
      self_test: proofJson(proofs.get(gate.id)),
    })),
  };
}

function proofJson(proof: LastProof | undefined) {
  if (proof === undefined) return null;
  return { standing: proof.standing, version: proof.version, at: new Date(proof.at).toISOString() };
}
