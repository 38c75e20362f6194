import type { ModalView } from "@slack/types";
import { type StartModalInput, startModal } from "#src/slack/blocks/start-modal";
import { type ListenerDeps, servicesIn } from "#src/slack/listeners/deps";
import { failureText, reportFailure } from "#src/slack/listeners/failures";

type Runs = Pick<StartModalInput, "runs" | "live">;

/** The start modal of one channel in its first form: nothing is read for it. */
export function firstStartModal(deps: ListenerDeps, channel: string, service: string | null): ModalView {
  return draw(deps, channel, service, {
    live: null,
    runs: service === null ? { kind: "choose-service" } : { kind: "loading" },
  });
}

/** The start modal with the service's runs; when the store doesn't answer, the modal says so. */
export async function loadedStartModal(deps: ListenerDeps, channel: string, service: string): Promise<ModalView> {
  try {
    const [live, candidates] = await Promise.all([deps.useCases.livePair(service), deps.useCases.candidates(service)]);
    return draw(deps, channel, service, { live, runs: { kind: "list", candidates } });
  } catch (error) {
    const why = failureText(reportFailure(deps.log, "reading runs", error));
    return draw(deps, channel, service, { live: null, runs: { kind: "unreadable", why } });
  }
}

function draw(deps: ListenerDeps, channel: string, service: string | null, runs: Runs): ModalView {
  const services = servicesIn(deps.config, channel).map((id) => ({ id, title: deps.config.services[id]?.title ?? id }));
  return startModal({ channel, services, service, ...runs });
}
