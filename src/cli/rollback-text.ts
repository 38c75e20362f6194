import { pair } from "#src/cli/release-text";
import { isoOrNull } from "#src/cli/times";
import { wrap } from "#src/cli/wrap";
import type { RollbackPlan } from "#src/rollback/events";
import { STEP_TITLES, whoConfirmed } from "#src/rollback/says";
import type { RollbackState } from "#src/rollback/state";
import type { RollbackView } from "#src/rollback/view";

type Step = RollbackState["steps"][number];

const MARKS: Readonly<Record<Step["status"], string>> = {
  pending: "⏳ pending",
  running: "⏳ running",
  done: "✅ done   ",
  failed: "❌ failed ",
  skipped: "➖ skipped",
};

const utc = (at: number): string => `${new Date(at).toISOString().replace("T", " ").slice(0, 19)} UTC`;

/** What a rollback would do, for a terminal of 100 columns. Ends with a line break. */
export function planText(service: string, plan: RollbackPlan): string {
  return `${[
    ...wrap("", `A rollback of ${service}: ${pair(plan.from)} → ${pair(plan.to)}`),
    "",
    "What changes",
    ...plan.changes.flatMap((line) => wrap("  - ", line)),
    ...(plan.untouched.length === 0
      ? []
      : ["", "What doesn't", ...plan.untouched.flatMap((line) => wrap("  - ", line))]),
  ].join("\n")}\n`;
}

/** One step that has ended: state, title, how long after the confirmation, and what it found. Ends with a line break. */
export function stepText(step: Step, { confirmed }: RollbackState): string {
  const at =
    confirmed === null || step.finishedAt === null
      ? ""
      : ` +${((step.finishedAt - confirmed.at) / 1_000).toFixed(1)} s`;
  const detail = step.result === null ? "" : ` ${step.result.detail}`;
  return `${wrap("", `${MARKS[step.status]} ${STEP_TITLES[step.id]}${at}.${detail}`, 10).join("\n")}\n`;
}

/** A rollback for a terminal, with or without its steps. Ends with a line break. */
export function rollbackText(view: RollbackView, withSteps = true): string {
  const { rollback, approvers, glass, flippedAfterMs } = view;
  const { number, service, requester, requestedAt, plan, standing, ended, confirmed, reason } = rollback;
  const names = (people: readonly { name: string }[]) =>
    people.map(({ name }) => name).join(", ") || "nobody at present";
  const flipped =
    flippedAfterMs === null ? "" : ` The pointer was back after ${(flippedAfterMs / 1_000).toFixed(1)} s.`;
  return `${[
    ...wrap(
      "",
      `${service}: rollback #${number} (${rollback.id}), ${pair(plan.from)} → ${pair(plan.to)} · ${standing}`,
    ),
    ...wrap("", `asked for by ${requester.name}, ${utc(requestedAt)}${reason === "" ? "" : `: ${reason}`}`),
    ...(confirmed === null
      ? [
          ...wrap("", `waits for somebody to confirm it: ${names(approvers)}`),
          ...wrap("", `or for two of these to break the glass: ${names(glass)}`),
        ]
      : wrap(
          "",
          `confirmed by ${whoConfirmed(confirmed)}, ${utc(confirmed.at)}${confirmed.how === "break-glass" ? ", breaking the glass" : ""}`,
        )),
    ...(withSteps ? ["", ...rollback.steps.map((step) => stepText(step, rollback).trimEnd())] : []),
    ...(ended === null ? [] : ["", ...wrap("", `${ended.says}.${flipped}`)]),
  ].join("\n")}\n`;
}

/** The one JSON document about a rollback. Times are ISO 8601 UTC. */
export function rollbackJson(ok: boolean, { rollback, approvers, flippedAfterMs }: RollbackView): object {
  const { id, number, service, standing, target, plan, reason, requester, requestedAt, confirmed, flip, steps, ended } =
    rollback;
  return {
    ok,
    service,
    rollback: {
      id,
      number,
      state: standing,
      target,
      plan,
      reason,
      trigger: rollback.trigger ?? null,
      requested_by: requester.id,
      requested_at: isoOrNull(requestedAt),
      confirmed:
        confirmed === null
          ? null
          : {
              how: confirmed.how,
              by: confirmed.people.map((person) => person.id),
              reason: confirmed.reason,
              at: isoOrNull(confirmed.at),
            },
      may_confirm: approvers.map((person) => person.id),
      flip: flip === null ? null : { id: flip.id, from: flip.from, to: flip.to, outcome: flip.outcome },
      flipped_after_ms: flippedAfterMs,
      steps: steps.map((step) => ({
        id: step.id,
        status: step.status,
        started_at: isoOrNull(step.startedAt),
        finished_at: isoOrNull(step.finishedAt),
        detail: step.result?.detail ?? null,
        facts: step.result?.facts ?? {},
      })),
      ended: ended === null ? null : { at: isoOrNull(ended.at), live: ended.live, says: ended.says },
    },
  };
}
