import type { Note } from "#src/release/notes";
import type { ReleaseView } from "#src/release/view";

export type StorySoFar = Extract<Note, { kind: "posted-again" }>;

/** What a release's thread would have told until now, in short: for a new thread, when message and story are gone from Slack. */
export function storySoFar(view: ReleaseView): StorySoFar {
  const { release } = view;
  return {
    kind: "posted-again",
    by: release.requester,
    at: release.startedAt,
    manifest: release.manifest?.hash ?? null,
    green: view.checks.filter(({ status }) => status === "pass" || status === "waived").length,
    total: view.checks.length,
    not: view.checks.flatMap(({ definition, status }) =>
      status === "fail" || status === "inconclusive" || status === "error" ? [definition.title] : [],
    ),
    waived: view.checks.flatMap(({ definition, status }) => (status === "waived" ? [definition.title] : [])),
    signed: view.signOffs.flatMap(({ definition, given }) =>
      given.length === 0 ? [] : [{ title: definition.title, by: given.map(({ person }) => person) }],
    ),
    voided: release.voided.length,
    vetoed: view.signOffs.flatMap(({ definition, vetoes }) => (vetoes.length > 0 ? [definition.title] : [])),
    phase: view.phase,
  };
}
