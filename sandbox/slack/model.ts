/** A Block Kit block or element as it came over the wire: validated by the Web API, otherwise kept as it is. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type Block = { readonly [key: string]: Json };

export type SandboxUser = {
  readonly id: string;
  readonly name: string;
  /** What the switcher says below the name, e.g. "Release manager". */
  readonly title: string;
  /** Another team id makes the person a stranger (Slack Connect). */
  readonly teamId: string;
  kind: "member" | "guest" | "single-channel-guest" | "stranger" | "bot" | "deactivated";
};

export type SandboxGroup = { readonly id: string; readonly handle: string; readonly name: string; users: string[] };

export type SandboxChannel = {
  readonly id: string;
  readonly name: string;
  readonly kind: "channel" | "dm";
  members: string[];
  archived: boolean;
  botIsMember: boolean;
  sharedExternally: boolean;
};

export type SandboxFile = {
  readonly id: string;
  readonly name: string;
  readonly mimetype: string;
  readonly bytes: Buffer;
  readonly title: string;
};

export type SandboxMessage = {
  readonly channel: string;
  readonly ts: string;
  readonly user: string;
  text: string;
  blocks: readonly Block[];
  readonly threadTs: string | null;
  metadata: Json;
  editedAt: string | null;
  /** Set: only this person sees it. */
  readonly ephemeralFor: string | null;
  readonly files: readonly SandboxFile[];
};

export type SandboxView = {
  readonly id: string;
  readonly user: string;
  hash: string;
  view: Block;
  /** Message for an input block after `response_action: errors`: block id → sentence. */
  errors: Readonly<Record<string, string>>;
};

/** What a page shows. Every change calls the listeners of `onChange`. */
export interface World {
  readonly team: { readonly id: string; readonly name: string };
  readonly users: readonly SandboxUser[];
  readonly groups: readonly SandboxGroup[];
  readonly channels: readonly SandboxChannel[];
  /** Messages of a channel that this person may see, oldest first, threads included (`threadTs` set). */
  messages(channel: string, viewer: string): readonly SandboxMessage[];
  /** The modal stack of this person; the last one is on top. */
  views(user: string): readonly SandboxView[];
  /** The app's Home as this person has it; undefined: the app never published one. */
  home(user: string): SandboxView | undefined;
  readonly commands: readonly { readonly command: string; readonly description: string; readonly usageHint: string }[];
  onChange(listener: () => void): () => void;
}

/** What a person does. Each resolves when the app has acknowledged (or failed to: then `error` is Slack's sentence). */
export interface Hands {
  say(user: string, channel: string, text: string, threadTs?: string): Promise<Done>;
  command(user: string, channel: string, command: string, text: string): Promise<Done>;
  /** `selected`: the option value of a select, overflow, radio or checkbox; or the text of a plain input. */
  click(
    user: string,
    at: { channel: string; ts: string } | { viewId: string },
    blockId: string,
    actionId: string,
    selected?: string,
  ): Promise<Done>;
  /** `values`: block id → action id → what was typed or the selected option's value. */
  submit(
    user: string,
    viewId: string,
    values: Readonly<Record<string, Readonly<Record<string, string>>>>,
  ): Promise<Done>;
  closeView(user: string, viewId: string): Promise<Done>;
  deleteMessage(channel: string, ts: string): Promise<Done>;
  /** Opens the app's Home: the app is told, and may publish it. */
  openHome(user: string): Promise<Done>;
}
export type Done = { readonly ok: true } | { readonly ok: false; readonly error: string };
