import { z } from "zod";
import type { Extras } from "#sandbox/page/extras";
import type { Done, Hands, World } from "#sandbox/slack/model";

const id = z.string().min(1).max(255);
const at = z.union([z.strictObject({ channel: id, ts: id }), z.strictObject({ viewId: id })]);
const text = z.string().max(40_000);

/** What the browser may ask for: one entry per thing that a person can do. */
const deedSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("say"), user: id, channel: id, text, threadTs: id.optional() }),
  z.strictObject({
    kind: z.literal("click"),
    user: id,
    at,
    blockId: z.string().max(255),
    actionId: z.string().max(255),
    selected: text.optional(),
  }),
  z.strictObject({
    kind: z.literal("submit"),
    user: id,
    viewId: id,
    values: z.record(z.string(), z.record(z.string(), text)),
  }),
  z.strictObject({ kind: z.literal("close"), user: id, viewId: id }),
  z.strictObject({ kind: z.literal("delete"), user: id, channel: id, ts: id }),
  z.strictObject({ kind: z.literal("dismiss"), user: id, ts: id }),
  z.strictObject({ kind: z.literal("control"), user: id, channel: z.string(), id }),
]);
export type Deed = z.infer<typeof deedSchema>;

export const parseDeed = (body: unknown): Deed | null => deedSchema.safeParse(body).data ?? null;

type Doers = {
  readonly world: World;
  readonly hands: Hands;
  readonly extras: Extras;
  dismiss(user: string, ts: string): void;
};

/** Does it. What a person typed is a command when it begins with a slash, as in Slack's own box. */
export async function perform(deed: Deed, { world, hands, extras, dismiss }: Doers): Promise<Done> {
  switch (deed.kind) {
    case "say":
      return say(deed, world, hands);
    case "click":
      return hands.click(deed.user, deed.at, deed.blockId, deed.actionId, deed.selected);
    case "submit":
      return submit(deed, world, hands);
    case "close":
      return hands.closeView(deed.user, deed.viewId);
    case "delete":
      return hands.deleteMessage(deed.channel, deed.ts);
    case "dismiss":
      dismiss(deed.user, deed.ts);
      return { ok: true };
    case "control": {
      const control = extras.controls?.find((each) => each.id === deed.id);
      return control ? control.run(deed.user, deed.channel) : { ok: false, error: `There is no control "${deed.id}".` };
    }
  }
}

/** What is wrong with an input stands under that input; a notice would only repeat it. */
async function submit(deed: Extract<Deed, { kind: "submit" }>, world: World, hands: Hands): Promise<Done> {
  const done = await hands.submit(deed.user, deed.viewId, deed.values);
  const view = world.views(deed.user).find(({ id }) => id === deed.viewId);
  return Object.keys(view?.errors ?? {}).length > 0 ? { ok: true } : done;
}

function say(deed: Extract<Deed, { kind: "say" }>, world: World, hands: Hands): Promise<Done> {
  const [, command, rest = ""] = /^(\/[^\s/]+)(?:\s+([\s\S]*))?$/.exec(deed.text.trim()) ?? [];
  if (command === undefined) return hands.say(deed.user, deed.channel, deed.text, deed.threadTs);
  if (!world.commands.some((each) => each.command === command)) {
    return refuse(
      `${command} is not a valid command. In this workspace: ${world.commands.map((each) => each.command).join(", ") || "none"}.`,
    );
  }
  if (deed.threadTs !== undefined) return refuse(`${command} is not supported in threads. Sorry!`);
  return hands.command(deed.user, deed.channel, command, rest.trim());
}

const refuse = (error: string): Promise<Done> => Promise.resolve({ ok: false, error });
