import type { Finding, SloInputs } from "#src/operations/slo/inputs";
import { number } from "#src/operations/slo/words";
import type { EvaluationSums } from "#src/operations/slo/work/fold-evaluations";
import type { TrailReport } from "#src/operations/smoke/work/meta-ops";
import type { CheckResult } from "#src/release/events";

/** Evaluations and go-lives, each with a manifest that is kept and answers that show how they were made. */
export function promptAuditFinding(
  sums: EvaluationSums,
  deploys: { readonly all: number; readonly without: number },
): Finding {
  const events = sums.runs + deploys.all;
  const bad = sums.bad + deploys.without;
  const unread = uncountedWords(sums.uncounted);
  const left = sums.left_out === 0 ? "" : ` ${number(sums.left_out)} of pairs that never went live are not counted.`;
  if (bad === 0 && unread !== null) return { verdict: "inconclusive", says: unread, events, bad };
  if (events === 0) {
    return { verdict: "inconclusive", says: `No evaluation and no go-live in this window.${left}`, events, bad };
  }
  const missing = [
    ...(sums.without_manifest === 0 ? [] : [`${number(sums.without_manifest)} evaluations have no manifest`]),
    ...(sums.unshown === 0 ? [] : [`${number(sums.unshown)} have answers that don't show how they were made`]),
    ...(deploys.without === 0 ? [] : [`${number(deploys.without)} go-lives have no manifest`]),
  ];
  const all = `${number(sums.runs)} evaluations and ${number(deploys.all)} go-lives`;
  const says = missing.length === 0 ? `All of ${all} have both.` : `Of ${all}: ${missing.join(", ")}.`;
  return { verdict: bad === 0 ? "pass" : "fail", says: `${says}${left}`, events, bad };
}

/** Null: each was counted. What nobody could read is no pass. */
function uncountedWords(uncounted: number): string | null {
  return uncounted === 0
    ? null
    : `${number(uncounted)} ${uncounted === 1 ? "evaluation" : "evaluations"} could not be counted; the log says why.`;
}

/** What the service was asked in evaluations, and what of it was cut off. */
export function askedIn(sums: EvaluationSums): SloInputs["evaluations"] {
  return {
    asked: sums.asked,
    hardTimeouts: sums.hard_timeouts,
    ofCandidates: sums.hard_timeouts_left_out,
    uncounted: uncountedWords(sums.uncounted),
  };
}

/** What the gate of the same name finds of the pair that is live. A pool that leaks is one event, however many cases are in it. */
export function leakageFinding(result: CheckResult | null): Finding {
  if (result === null) return { verdict: "inconclusive", says: "Nothing is live yet.", events: 0, bad: 0 };
  const { verdict, summary, numbers } = result;
  const blocked = typeof numbers.pairs_blocked === "number" ? numbers.pairs_blocked : 0;
  const cases = typeof numbers.evaluation_cases === "number" ? numbers.evaluation_cases : 0;
  return {
    verdict: verdict === "pass" || verdict === "fail" ? verdict : "inconclusive",
    says: summary,
    events: cases,
    bad: verdict === "fail" ? Math.max(1, blocked) : 0,
  };
}

/** Every fact of the journal with its hash, none missing; of a long one those since it was verified before. */
export function auditFinding({ ok, rows, since, problems }: TrailReport): Finding {
  const of = `${number(rows)} facts${since === null ? "" : ` after row ${number(since)}, where it was verified before`}`;
  const says = ok
    ? `${of}, each with its place in the chain.`
    : `${problems[0] ?? "The chain is broken."} \`golive audit verify\` has all of it.`;
  return { verdict: ok ? "pass" : "fail", says, events: rows, bad: problems.length };
}

export const notLooked = (why: string): Finding => ({ verdict: "inconclusive", says: why, events: 0, bad: 0 });
