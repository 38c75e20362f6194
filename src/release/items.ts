import type { CheckDefinition, SignOffDefinition } from "#src/release/checklist";
import type { Refusal } from "#src/release/refusals";
import type { CheckState, ReleaseState } from "#src/release/state";

type Found<T> = (T & { readonly ok: true }) | { readonly ok: false; readonly refusal: Refusal };

/** A sign-off of this release by its id, or the refusal that lists those there are. */
export function findSignOff(release: ReleaseState, id: string): Found<{ readonly definition: SignOffDefinition }> {
  const definition = release.checklist.signOffs.find((entry) => entry.id === id);
  if (definition !== undefined) return { ok: true, definition };
  return unknown(
    "sign-off",
    id,
    release.checklist.signOffs.map((entry) => entry.id),
  );
}

/** A check of this release by its id, or the refusal that lists those there are. */
export function findCheck(
  release: ReleaseState,
  id: string,
): Found<{ readonly definition: CheckDefinition; readonly check: CheckState }> {
  const definition = release.checklist.checks.find((entry) => entry.id === id);
  const check = release.checks[id];
  if (definition !== undefined && check !== undefined) return { ok: true, definition, check };
  return unknown(
    "check",
    id,
    release.checklist.checks.map((entry) => entry.id),
  );
}

function unknown(
  is: "check" | "sign-off",
  what: string,
  known: readonly string[],
): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal: { kind: "unknown-item", is, what, known } };
}
