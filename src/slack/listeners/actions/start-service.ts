import { readCarried } from "#src/slack/blocks/carried";
import type { ActionHandler } from "#src/slack/listeners/actions/handler";
import { servicesIn } from "#src/slack/listeners/deps";
import { forMembers } from "#src/slack/listeners/members-only";
import { firstStartModal, loadedStartModal } from "#src/slack/listeners/start-choices";

/** A service was chosen in the start modal: show its runs. */
export const startService: ActionHandler = async (deps, click) => {
  const channel = readCarried(click.view?.metadata)?.s;
  const service = click.value;
  if (click.view === null || channel === undefined || service === undefined) return;
  if (!servicesIn(deps.config, channel).includes(service)) return;
  const { id } = click.view;
  const loaded = await forMembers(deps, click.by, "start a release", async () => {
    await deps.web.updateView(id, firstStartModal(deps, channel, service));
    return loadedStartModal(deps, channel, service);
  });
  await deps.web.updateView(id, loaded);
};
