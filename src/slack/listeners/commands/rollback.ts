import { parseRollback, type RollbackProblem } from "#commands/rollback";
import { nearest } from "#src/release/nearest";
import { mayDecide } from "#src/release/people";
import { targetNamed } from "#src/rollback/target";
import { refusalReply, unknownWordsReply } from "#src/slack/blocks/command-replies";
import { waitingModal } from "#src/slack/blocks/error-modal";
import { rollbackChoicesModal } from "#src/slack/blocks/rollback-choices";
import { rollbackPlanReply } from "#src/slack/blocks/rollback-plan-modal";
import {
  type CommandHandler,
  chooseService,
  elsewhereReply,
  placeOf,
  say,
} from "#src/slack/listeners/commands/handler";
import type { ListenerDeps } from "#src/slack/listeners/deps";
import { forMembers } from "#src/slack/listeners/members-only";
import type { Typed } from "#src/slack/listeners/payloads";
import { openThenLoad } from "#src/slack/listeners/reply";
import {
  noRollbackModal,
  openRefusal,
  plannedModal,
  planningModal,
  SEE_PLAN,
} from "#src/slack/listeners/rollback-plan";

/** `/rollback …`: shows what there is to go back to, or the plan of going there. Nothing happens before a plan is confirmed. */
export const rollback: CommandHandler = async (deps, typed) => {
  const intent = parseRollback(typed.text, Object.keys(deps.config.services));
  if (intent.kind === "problem") return explain(deps, typed, intent);
  const chosen = chooseService(deps, typed, intent.service);
  if (chosen.kind === "none") return say(deps, typed, elsewhereReply(deps));
  if (chosen.kind === "several") {
    const commands = chosen.services.map((service) => ["/rollback", service, intent.target ?? ""].join(" ").trim());
    return say(deps, typed, unknownWordsReply("Several services are released in this channel: name one.", commands));
  }
  const { service } = chosen;
  const channel = deps.config.services[service]?.channel;
  if (channel !== undefined && channel !== typed.channel) {
    return say(deps, typed, refusalReply({ kind: "wrong-channel", channel }));
  }
  const { target, dryRun } = intent;
  if (target === null) return offer(deps, typed, service);
  if (dryRun) return tryOut(deps, typed, service, target);
  await openThenLoad(deps, fromOf(typed), planningModal(), "/rollback", () =>
    forMembers(deps, typed.by, SEE_PLAN, () => plannedModal(deps, service, target)),
  );
};

const fromOf = (typed: Typed) => ({ triggerId: typed.triggerId, inModal: false, place: placeOf(typed) });

async function offer(deps: ListenerDeps, typed: Typed, service: string): Promise<void> {
  const first = waitingModal("Roll back", "Reading what can be gone back to…");
  await openThenLoad(deps, fromOf(typed), first, "/rollback", () =>
    forMembers(deps, typed.by, SEE_PLAN, async () => {
      const open = await openRefusal(deps, service);
      if (open !== null) return noRollbackModal(open);
      return rollbackChoicesModal(service, await deps.rollbacks.choices(service), deps.now());
    }),
  );
}

async function tryOut(deps: ListenerDeps, typed: Typed, service: string, target: string): Promise<void> {
  const actor = await deps.identity.person(typed.by.user, typed.by.team);
  if (!mayDecide(actor)) return say(deps, typed, refusalReply({ kind: "not-a-member", actor, wanted: SEE_PLAN }));
  const planned = await deps.rollbacks.plan(service, targetNamed(target));
  if (!planned.ok) return say(deps, typed, refusalReply(planned.refusal));
  await say(deps, typed, rollbackPlanReply({ service, target, plan: planned.plan }));
}

/** A word that may be a backup's id with a typing error: members are told the ids that are nearest to it. */
async function explain(
  deps: ListenerDeps,
  typed: Typed,
  { text, nearest: meant, like }: RollbackProblem,
): Promise<void> {
  const ids = like === null ? [] : await nearestBackups(deps, typed, like.service, like.word);
  await say(deps, typed, unknownWordsReply(text, [...meant, ...ids]));
}

async function nearestBackups(
  deps: ListenerDeps,
  typed: Typed,
  named: string | null,
  word: string,
): Promise<readonly string[]> {
  const chosen = chooseService(deps, typed, named);
  if (chosen.kind !== "one" || !mayDecide(await deps.identity.person(typed.by.user, typed.by.team))) return [];
  const { service } = chosen;
  try {
    const { backups } = await deps.rollbacks.choices(service);
    const ids = backups.map(({ id }) => id);
    return nearest(word, ids, 3).map((id) => ["/rollback", ...(named === null ? [] : [named]), id].join(" "));
  } catch (error) {
    deps.log.warn({ err: error, service }, "the backups could not be read for a suggestion");
    return [];
  }
}
