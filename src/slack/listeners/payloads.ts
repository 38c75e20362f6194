import { z } from "zod";
import { intakeKey } from "#src/slack/intake-key";

/** Who did something, as far as the payload says. A missing team makes a stranger. */
export type Doer = { readonly user: string; readonly team: string | undefined };

/** A press of a button or a choice in a select. */
export type Click = {
  readonly by: Doer;
  readonly action: string;
  readonly value: string | undefined;
  readonly triggerId: string;
  readonly responseUrl: string | null;
  readonly channel: string | null;
  /** Set when it was pressed in a modal. */
  readonly view: { readonly id: string; readonly metadata: string } | null;
  readonly key: string;
};

/** A slash command. */
export type Typed = {
  readonly by: Doer;
  readonly command: string;
  readonly text: string;
  readonly channel: string;
  readonly triggerId: string;
  readonly responseUrl: string | null;
  readonly key: string;
};

/** A modal that was sent off. `values`: block id → what was typed or chosen; empty when nothing was. */
export type Submission = {
  readonly by: Doer;
  readonly callback: string;
  readonly metadata: string;
  readonly values: Readonly<Record<string, string>>;
  readonly key: string;
};

const userSchema = z.object({ id: z.string(), team_id: z.string().optional() });
const optionSchema = z.object({ value: z.string() }).nullish();

const clickSchema = z.object({
  user: userSchema,
  trigger_id: z.string(),
  response_url: z.string().optional(),
  channel: z.object({ id: z.string() }).optional(),
  view: z.object({ id: z.string(), private_metadata: z.string().default("") }).optional(),
  actions: z
    .array(z.object({ action_id: z.string(), value: z.string().optional(), selected_option: optionSchema }))
    .min(1),
});

const commandSchema = z.object({
  command: z.string(),
  text: z.string().default(""),
  user_id: z.string(),
  team_id: z.string().optional(),
  channel_id: z.string(),
  trigger_id: z.string(),
  response_url: z.string().optional(),
});

const submissionSchema = z.object({
  user: userSchema,
  view: z.object({
    id: z.string(),
    callback_id: z.string(),
    private_metadata: z.string().default(""),
    state: z.object({
      values: z.record(
        z.string(),
        z.record(z.string(), z.object({ value: z.string().nullish(), selected_option: optionSchema })),
      ),
    }),
  }),
});

/** Throws when the payload isn't a click: that is Slack's (or an attacker's) doing, not a person's. */
export function readClick(body: unknown): Click {
  const { user, view, channel, ...click } = clickSchema.parse(body);
  const [action] = click.actions;
  if (action === undefined) throw new Error("a click without an action");
  const by = { user: user.id, team: user.team_id };
  return {
    by,
    action: action.action_id,
    value: action.value ?? action.selected_option?.value,
    triggerId: click.trigger_id,
    responseUrl: click.response_url ?? null,
    channel: channel?.id ?? null,
    view: view === undefined ? null : { id: view.id, metadata: view.private_metadata },
    key: intakeKey({ kind: "action", user: by.user, what: action.action_id, occurrence: click.trigger_id }),
  };
}

/** Throws when the payload isn't a command. */
export function readTyped(body: unknown): Typed {
  const typed = commandSchema.parse(body);
  const by = { user: typed.user_id, team: typed.team_id };
  return {
    by,
    command: typed.command,
    text: typed.text,
    channel: typed.channel_id,
    triggerId: typed.trigger_id,
    responseUrl: typed.response_url ?? null,
    key: intakeKey({ kind: "command", user: by.user, what: typed.command, occurrence: typed.trigger_id }),
  };
}

/** Throws when the payload isn't a submission. */
export function readSubmission(body: unknown): Submission {
  const { user, view } = submissionSchema.parse(body);
  const values = Object.entries(view.state.values).map(([block, inputs]) => {
    const [input] = Object.values(inputs);
    return [block, (input?.value ?? input?.selected_option?.value ?? "").trim()] as const;
  });
  return {
    by: { user: user.id, team: user.team_id },
    callback: view.callback_id,
    metadata: view.private_metadata,
    values: Object.fromEntries(values),
    key: intakeKey({ kind: "view", user: user.id, what: view.callback_id, occurrence: view.id }),
  };
}
