import { HANG, pair, row } from "#src/cli/release-text";
import { wrap } from "#src/cli/wrap";
import type { ChosenPair } from "#src/gates/choose-pair";
import { type GateReport, worstVerdict } from "#src/gates/run-health";
import type { Verdict } from "#src/release/events";

/** What `golive health` found, ready to be told. */
export type HealthReport = {
  readonly service: string;
  readonly chosen: ChosenPair;
  readonly reports: readonly GateReport[];
};

export const worstOf = ({ reports }: HealthReport): Verdict =>
  worstVerdict(reports.map(({ result }) => result.verdict));

/** For a terminal of 100 columns, in the words and rows of `golive release status`. Ends with a line break. */
export function healthText(report: HealthReport): string {
  const { service, chosen, reports } = report;
  const about =
    chosen.candidate === null ? `no candidate: ${chosen.because}` : `${pair(chosen.candidate)} (${chosen.because})`;
  return `${[
    ...wrap("", `${service}: health of ${about}`),
    ...wrap("", `live: ${pair(chosen.active)} · run for no release`),
    "",
    ...reports.flatMap(gateLines),
    "",
    ...wrap("", total(reports)),
  ].join("\n")}\n`;
}

function gateLines({ gate, result, milliseconds }: GateReport): string[] {
  const outside = result.verdict === "error" ? "" : (gate.withoutRelease ?? "");
  const said = row(result.verdict, gate.id, [result.summary, result.next, outside].filter(Boolean).join(" "));
  return [...said, ...wrap(" ".repeat(HANG), duration(milliseconds))];
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
  const { service, chosen, reports } = report;
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
    })),
  };
}
