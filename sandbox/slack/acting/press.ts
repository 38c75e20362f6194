import { blocksOf } from "#sandbox/slack/acting/modals";
import { type Actor, actionOf, messageActionPayload, viewActionPayload } from "#sandbox/slack/acting/payloads";
import { chosenValue, findElement, initialValues, overlay, type Values, withValue } from "#sandbox/slack/acting/values";
import type { Dispatcher } from "#sandbox/slack/delivery/dispatcher";
import type { Block, Done, SandboxChannel, SandboxMessage, SandboxView } from "#sandbox/slack/model";
import type { ResponseUrls } from "#sandbox/slack/response-urls";
import type { Triggers } from "#sandbox/slack/triggers";
import { asBlock } from "#sandbox/slack/wire";
import type { Workspace } from "#sandbox/slack/workspace";

export type PressDeps = {
  readonly workspace: Workspace;
  readonly dispatcher: Dispatcher;
  readonly triggers: Triggers;
  readonly responseUrls: ResponseUrls;
  readonly fileReady: (id: string) => boolean;
  /** What people chose in messages: "user channel ts" → values. Messages keep that per person, not in themselves. */
  readonly chosen: Map<string, Values>;
};

type Pressed = { readonly blockId: string; readonly actionId: string; readonly selected: string };

/** A click or choice in a message. */
export async function clickMessage(
  deps: PressDeps,
  actor: Actor,
  channel: SandboxChannel,
  message: SandboxMessage,
  pressed: Pressed,
): Promise<Done> {
  const placed = findElement(message.blocks, pressed.blockId, pressed.actionId);
  if (!placed) return { ok: false, error: "This message has no such button any more." };
  const value = chosenValue(placed.element, pressed.selected);
  if (!value) return { ok: false, error: `"${pressed.selected}" is not offered here.` };
  const { workspace, triggers, responseUrls } = deps;
  const key = `${actor.user.id} ${channel.id} ${message.ts}`;
  const before = overlay(initialValues(message.blocks), deps.chosen.get(key) ?? {});
  const values = placed.element.type === "button" ? before : withValue(before, placed, value);
  deps.chosen.set(key, values);
  const origin = { channel: channel.id, user: actor.user.id, message };
  const payload = messageActionPayload(
    actor,
    { channel, message, action: actionOf(placed, value, workspace.nextTs()), values },
    { triggerId: triggers.issue(actor.user.id), responseUrl: responseUrls.issue(origin) },
    workspace,
  );
  return tell(deps.dispatcher, payload);
}

/** A click or choice in a modal or App Home. */
export async function clickView(deps: PressDeps, actor: Actor, shown: SandboxView, pressed: Pressed): Promise<Done> {
  const placed = findElement(blocksOf(shown.view), pressed.blockId, pressed.actionId);
  if (!placed) return { ok: false, error: "This view has no such button any more." };
  const value = chosenValue(placed.element, pressed.selected);
  if (!value) return { ok: false, error: `"${pressed.selected}" is not offered here.` };
  const { workspace } = deps;
  const before = viewValues(shown);
  const values = placed.element.type === "button" ? before : withValue(before, placed, value);
  workspace.viewStore.setState(shown, { values });
  // Only a block that asks for it, or one that isn't an input, tells the app of a choice at once.
  if (placed.block.type === "input" && placed.block.dispatch_action !== true) return { ok: true };
  const action = actionOf(placed, value, workspace.nextTs());
  return tell(deps.dispatcher, viewActionPayload(actor, shown, action, deps.triggers.issue(actor.user.id), workspace));
}

/** What the elements of a view hold: initial values, then what was chosen or typed. */
export function viewValues(shown: SandboxView): Values {
  return overlay(initialValues(blocksOf(shown.view)), asBlock(asBlock(shown.view.state)?.values) ?? {});
}

async function tell(dispatcher: Dispatcher, payload: Block): Promise<Done> {
  const ack = await dispatcher.send({ kind: "interaction", payload });
  return ack.acked ? { ok: true } : { ok: false, error: `This app is not responding ("${ack.failure}").` };
}
