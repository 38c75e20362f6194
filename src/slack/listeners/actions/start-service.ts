import { readCarried } from "#src/slack/blocks/carried";
import type { ActionHandler } from "#src/slack/listeners/actions/handler";
import { servicesIn } from "#src/slack/listeners/deps";
import { firstStartModal, loadedStartModal } from "#src/slack/listeners/start-choices";

/** A service was chosen in the start modal: show its runs. */
export const startService: ActionHandler = async (deps, click) => {
  const channel = readCarried(click.view?.metadata)?.s;
  const service = click.value;
  if (click.view === null || channel === undefined || service === undefined) return;
  if (!servicesIn(deps.config, channel).includes(service)) return;
  await deps.web.updateView(click.view.id, firstStartModal(deps, channel, service));
  await deps.web.updateView(click.view.id, await loadedStartModal(deps, channel, service));
};
