import { type CanaryTyped, parseCanary } from "#commands/canary";
import type { CanaryPersonIntent } from "#src/canary/watch/intents";
import type { CanaryView } from "#src/canary/watch/view";
import { mayDecide, type Person, type RoleMembers } from "#src/release/people";
import { canaryHelpReply } from "#src/slack/blocks/canary-help";
import { decisionTitle } from "#src/slack/blocks/canary-modals";
import { canaryExplainReply, canaryStatusReply } from "#src/slack/blocks/canary-status";
import { refusalReply, sentencesReply, unknownWordsReply } from "#src/slack/blocks/command-replies";
import { waitingModal } from "#src/slack/blocks/error-modal";
import {
  actOnCanary,
  decisionModal,
  reasonedIntent,
  refusedModal,
  SEE_CANARY,
} from "#src/slack/listeners/canary-decision";
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

type Reading = Extract<CanaryTyped, { kind: "status" | "explain" }>;
type Deciding = Exclude<CanaryTyped, { kind: "status" | "explain" | "help" }>;

/** `/canary …`: what stands, why, or one decision. Reading goes anywhere; deciding in the service's own channel. */
export const canary: CommandHandler = async (deps, typed) => {
  const intent = parseCanary(typed.text, Object.keys(deps.config.services));
  if (intent.kind === "problem")
    return say(deps, typed, unknownWordsReply(intent.text, intent.nearest, "/canary help"));
  if (intent.kind === "help") return say(deps, typed, canaryHelpReply());
  const chosen = chooseService(deps, typed, intent.service);
  if (chosen.kind === "none") return say(deps, typed, elsewhereReply(deps));
  if (chosen.kind === "several") return severalHere(deps, typed, intent, chosen.services);
  const { service } = chosen;
  if (intent.kind === "status" || intent.kind === "explain") return read(deps, typed, service, intent);
  const channel = deps.config.services[service]?.channel;
  if (channel !== undefined && channel !== typed.channel) {
    return say(deps, typed, refusalReply({ kind: "wrong-channel", channel }));
  }
  return decide(deps, typed, service, intent);
};

async function severalHere(
  deps: ListenerDeps,
  typed: Typed,
  intent: Reading | Deciding,
  services: readonly string[],
): Promise<void> {
  if (intent.kind === "status") {
    for (const service of services.slice(0, 5)) await read(deps, typed, service, intent);
    return;
  }
  const commands = services.map((service) => `/canary ${intent.kind} ${service}`);
  await say(deps, typed, unknownWordsReply("Several services are released in this channel: name one.", commands));
}

async function read(deps: ListenerDeps, typed: Typed, service: string, intent: Reading): Promise<void> {
  const actor = await deps.identity.person(typed.by.user, typed.by.team);
  if (!mayDecide(actor)) return say(deps, typed, refusalReply({ kind: "not-a-member", actor, wanted: SEE_CANARY }));
  const view = await deps.canaries.currentCanary(service);
  if (view === null) return say(deps, typed, refusalReply({ kind: "no-canary", service }));
  if (intent.kind === "status") return say(deps, typed, canaryStatusReply(view));
  const known = view.canary.policy.kpis.map(({ id }) => id);
  const kpi = known.find((id) => id === intent.kpi.toLowerCase());
  if (kpi === undefined) return say(deps, typed, refusalReply({ kind: "kpi-unknown", kpi: intent.kpi, known }));
  await say(deps, typed, canaryExplainReply(view, kpi));
}

async function decide(deps: ListenerDeps, typed: Typed, service: string, intent: Deciding): Promise<void> {
  if ("reason" in intent && intent.reason === "") return askWhy(deps, typed, service, intent);
  const view = await deps.canaries.currentCanary(service);
  if (view === null) return say(deps, typed, refusalReply({ kind: "no-canary", service }));
  const outcome = await actOnCanary(deps, {
    by: typed.by,
    canary: view.canary.id,
    key: typed.key,
    intent: (who) => intentOf(intent, who),
  });
  await say(
    deps,
    typed,
    outcome.ok ? sentencesReply(done(intent, view, outcome.events)) : refusalReply(outcome.refusal),
  );
}

/** Without a reason a window asks for one; it has to open before anything is read. */
function askWhy(
  deps: ListenerDeps,
  typed: Typed,
  service: string,
  intent: Extract<Deciding, { reason: string }>,
): Promise<void> {
  const { kind } = intent;
  const from = { triggerId: typed.triggerId, inModal: false, place: placeOf(typed) };
  return openThenLoad(deps, from, waitingModal(decisionTitle(kind), "Reading the canary…"), `/canary ${kind}`, () =>
    forMembers(deps, typed.by, SEE_CANARY, async () => {
      const view = await deps.canaries.currentCanary(service);
      if (view === null) return refusedModal({ kind: "no-canary", service });
      return decisionModal(deps, view, kind, kind === "extend" ? intent.hours : null);
    }),
  );
}

type Who = { readonly actor: Person; readonly members: RoleMembers };

function intentOf(intent: Deciding, who: Who): CanaryPersonIntent {
  switch (intent.kind) {
    case "acknowledge":
    case "escalate":
      return { type: intent.kind, ...who, kpi: intent.kpi.toLowerCase() };
    case "mute":
      return { type: "mute", ...who, kpi: intent.kpi.toLowerCase(), hours: intent.hours };
    default:
      return reasonedIntent(intent.kind, who, intent.reason, intent.kind === "extend" ? intent.hours : Number.NaN);
  }
}

const DONE: Readonly<Record<Deciding["kind"], string>> = {
  pause: "is paused",
  resume: "is watching again",
  extend: "is extended",
  promote: "is over, in favour of the candidate",
  abort: "is rolling back",
  hold: "is held: nothing rolls back by itself",
  acknowledge: "has one breach acknowledged",
  mute: "has one breach muted",
  escalate: "has one breach told to the next people",
};

/** Nothing new happened: it stood so before. */
function done({ kind }: Deciding, { canary: { number, service } }: CanaryView, events: readonly string[]): string {
  const before = events.length === 0 ? "already " : "";
  const [verb = "", ...rest] = DONE[kind].split(" ");
  return `Canary #${number} of ${service} ${verb} ${before}${rest.join(" ")}. Its messages show it.`;
}
