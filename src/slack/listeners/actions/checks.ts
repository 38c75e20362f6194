import type { Outcome } from "#src/release/use-cases";
import type { CheckStatus } from "#src/release/view";
import { act, resolve } from "#src/slack/listeners/act";
import { type ActionHandler, onItem, onRelease } from "#src/slack/listeners/actions/handler";
import { showOutcome } from "#src/slack/listeners/actions/show-outcome";

const NOT_GREEN: readonly CheckStatus[] = ["fail", "error", "inconclusive", "stale"];

/** Runs one check again. */
export const rerun: ActionHandler = onItem(async (deps, click, { release, item }) => {
  const { by, key } = click;
  const intent = { type: "request-check", check: item } as const;
  await showOutcome(
    deps,
    click,
    release,
    await act(deps, { by, release, key, intent: (who) => ({ ...intent, ...who }) }),
  );
});

/** Gives up the evaluation that is under way. */
export const stopEvaluation: ActionHandler = onRelease(async (deps, click, { r }) => {
  const { by, key } = click;
  const intent = { type: "stop-evaluation" } as const;
  await showOutcome(deps, click, r, await act(deps, { by, release: r, key, intent: (who) => ({ ...intent, ...who }) }));
});

/** Runs every check again that finished without a pass. Each is its own decision, under a key of its own. */
export const rerunFailed: ActionHandler = onRelease(async (deps, click, { r }) => {
  const [who, view] = await Promise.all([resolve(deps, click.by), deps.useCases.release(r)]);
  const red = (view?.checks ?? []).filter((check) => NOT_GREEN.includes(check.status));
  let last: Outcome | null = null;
  for (const { definition } of red) {
    const key = `${click.key}/${definition.id}`;
    last = await deps.useCases.actOnRelease(r, key, { type: "request-check", ...who, check: definition.id });
    if (!last.ok) break;
  }
  last ??= { ok: false, refusal: { kind: "view-outdated", what: "Re-run failed" } };
  await showOutcome(deps, click, r, last);
});
