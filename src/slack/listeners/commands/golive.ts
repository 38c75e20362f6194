import { type GoliveIntent, parseGolive } from "#commands/golive";
import type { Refusal } from "#src/release/refusals";
import type { ReleaseView } from "#src/release/view";
import { helpReply, refusalReply, sentencesReply, unknownWordsReply } from "#src/slack/blocks/command-replies";
import { errorModal, waitingModal } from "#src/slack/blocks/error-modal";
import { manifestReply } from "#src/slack/blocks/manifest-reply";
import { cancelModal, unlockModal } from "#src/slack/blocks/reason-modals";
import { sloStatusReply } from "#src/slack/blocks/slo-status";
import { statusReply } from "#src/slack/blocks/status-reply";
import { act, resolve } from "#src/slack/listeners/act";
import { runNow, schedule } from "#src/slack/listeners/commands/golive-operations";
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
import { firstStartModal } from "#src/slack/listeners/start-choices";

type Verb<K extends GoliveIntent["kind"]> = Extract<GoliveIntent, { kind: K }>;

/** `/golive …`: parse, one use case, an answer only the person sees. */
export const golive: CommandHandler = async (deps, typed) => {
  const intent = parseGolive(typed.text, Object.keys(deps.config.services));
  if (intent.kind === "problem") return say(deps, typed, unknownWordsReply(intent.text, intent.nearest));
  if (intent.kind === "help") return say(deps, typed, helpReply());
  const chosen = chooseService(deps, typed, intent.service);
  if (chosen.kind === "none") return say(deps, typed, elsewhereReply(deps));
  if (chosen.kind === "several") return whichService(deps, typed, intent, chosen.services);
  const { service } = chosen;
  switch (intent.kind) {
    case "start":
      return start(deps, typed, service, intent);
    case "status":
      return status(deps, typed, [service]);
    case "manifest":
      return manifest(deps, typed, service);
    case "cancel":
      return cancel(deps, typed, service, intent);
    case "rerun":
      return rerun(deps, typed, service, intent);
    case "unlock":
      return unlock(deps, typed, service);
    case "schedule":
      if (await refusedStranger(deps, typed, "read the schedule")) return;
      return schedule(deps, typed, service);
    case "run":
      return runNow(deps, typed, service, intent);
    case "slo":
      return slo(deps, typed, [service]);
  }
};

/** Several services are released here and none was named. */
async function whichService(
  deps: ListenerDeps,
  typed: Typed,
  intent: Exclude<GoliveIntent, { kind: "help" }>,
  services: readonly string[],
): Promise<void> {
  if (intent.kind === "status") return status(deps, typed, services);
  if (intent.kind === "slo") return slo(deps, typed, services);
  if (intent.kind === "start" && intent.run === null) {
    const from = { triggerId: typed.triggerId, inModal: false, place: placeOf(typed) };
    const first = waitingModal("Start a go-live", "Reading the services…");
    return openThenLoad(deps, from, first, "/golive start", () =>
      forMembers(deps, typed.by, "start a release", async () => firstStartModal(deps, typed.channel, null)),
    );
  }
  const text = "Several services are released in this channel: name one.";
  const commands = services.map((service) => `/golive ${intent.kind} ${service}${afterService(intent)}`);
  await say(deps, typed, unknownWordsReply(text, commands));
}

/** What was typed and stands after the service. */
function afterService(intent: Exclude<GoliveIntent, { kind: "help" }>): string {
  if (intent.kind === "run") return ` ${intent.operation}`;
  return intent.kind === "rerun" ? ` ${intent.check}` : "";
}

async function start(deps: ListenerDeps, typed: Typed, service: string, intent: Verb<"start">): Promise<void> {
  const who = await resolve(deps, typed.by);
  const { run, config } = intent;
  const outcome = await deps.useCases.startRelease({
    ...who,
    service,
    from: typed.channel,
    run,
    config,
    key: typed.key,
  });
  if (!outcome.ok) await refuse(deps, typed, outcome.refusal);
}

/** What a stranger in a shared channel may not read. True: it was refused. */
async function refusedStranger(deps: ListenerDeps, typed: Typed, wanted: string): Promise<boolean> {
  if (typed.by.team === deps.self.teamId) return false;
  const actor = await deps.identity.person(typed.by.user, typed.by.team);
  await refuse(deps, typed, { kind: "not-a-member", actor, wanted });
  return true;
}

async function manifest(deps: ListenerDeps, typed: Typed, service: string): Promise<void> {
  if (await refusedStranger(deps, typed, "read the manifest")) return;
  const view = await deps.useCases.currentRelease(service);
  const frozen = view?.release.manifest ?? null;
  const summary = frozen === null ? null : await deps.manifestSummary(service, frozen.hash);
  await say(deps, typed, manifestReply(view, service, summary));
}

async function status(deps: ListenerDeps, typed: Typed, services: readonly string[]): Promise<void> {
  if (await refusedStranger(deps, typed, "read the status")) return;
  const resources = await deps.resources().catch((error: unknown) => {
    deps.log.warn({ err: error }, "the resources could not be read for a status");
    return "unread" as const;
  });
  for (const service of services.slice(0, 5)) {
    const [view, live] = await Promise.all([
      deps.useCases.currentRelease(service),
      deps.useCases.livePair(service).catch((error: unknown) => {
        deps.log.warn({ err: error, service }, "the pointer could not be read for a status");
        return "unread" as const;
      }),
    ]);
    await say(deps, typed, statusReply(view, service, live, resources));
  }
}

async function slo(deps: ListenerDeps, typed: Typed, services: readonly string[]): Promise<void> {
  if (await refusedStranger(deps, typed, "read the SLOs")) return;
  for (const service of services.slice(0, 5)) {
    await say(deps, typed, sloStatusReply(await deps.slos.readSlos(service)));
  }
}

/** Without a reason a modal asks for one; it has to open before anything is read. */
async function cancel(deps: ListenerDeps, typed: Typed, service: string, intent: Verb<"cancel">): Promise<void> {
  if (intent.reason === "") {
    const from = { triggerId: typed.triggerId, inModal: false, place: placeOf(typed) };
    const first = waitingModal("Cancel the release", "Reading the release…");
    return openThenLoad(deps, from, first, "/golive cancel", () =>
      forMembers(deps, typed.by, "cancel a release", async () => {
        const view = await deps.useCases.currentRelease(service);
        if (view?.release.standing === "open") return cancelModal(view);
        return errorModal(`No release of ${service} is open.`, "There is nothing to cancel, and nothing changed.");
      }),
    );
  }
  const view = await deps.useCases.currentRelease(service);
  if (view === null) return refuse(deps, typed, { kind: "no-open-release", service });
  const { by, key } = typed;
  const { reason } = intent;
  const outcome = await act(deps, {
    by,
    release: view.release.id,
    key,
    intent: (who) => ({ type: "cancel", ...who, reason }),
  });
  if (!outcome.ok) return refuse(deps, typed, outcome.refusal, view);
  await say(
    deps,
    typed,
    sentencesReply(`Release #${view.release.number} of ${service} is cancelled. What is live stays.`),
  );
}

async function rerun(deps: ListenerDeps, typed: Typed, service: string, intent: Verb<"rerun">): Promise<void> {
  const view = await deps.useCases.currentRelease(service);
  if (view === null) return refuse(deps, typed, { kind: "no-open-release", service });
  const { by, key } = typed;
  const { check } = intent;
  const outcome = await act(deps, {
    by,
    release: view.release.id,
    key,
    intent: (who) => ({ type: "request-check", ...who, check }),
  });
  if (!outcome.ok) return refuse(deps, typed, outcome.refusal, view);
  const what = check === "all" ? "Every check runs again" : `${check} runs again`;
  await say(
    deps,
    typed,
    sentencesReply(`${what} for release #${view.release.number} of ${service}. The release message shows how it goes.`),
  );
}

async function unlock(deps: ListenerDeps, typed: Typed, service: string): Promise<void> {
  const from = { triggerId: typed.triggerId, inModal: false, place: placeOf(typed) };
  const first = waitingModal("Unlock go-lives", "Reading the lock…");
  await openThenLoad(deps, from, first, "/golive unlock", () =>
    forMembers(deps, typed.by, "unlock go-lives", async () => {
      const { lock } = await deps.useCases.service(service);
      if (lock !== null) return unlockModal(service, lock);
      return errorModal(`Go-lives of ${service} are not locked.`, "There is nothing to unlock, and nothing changed.");
    }),
  );
}

function refuse(deps: ListenerDeps, typed: Typed, refusal: Refusal, view: ReleaseView | null = null): Promise<void> {
  return say(deps, typed, refusalReply(refusal, view?.release.checklist ?? null));
}
