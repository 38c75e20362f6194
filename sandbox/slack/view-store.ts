import { createHash, randomUUID } from "node:crypto";
import type { Hub } from "#sandbox/slack/hub";
import type { Block, SandboxView } from "#sandbox/slack/model";
import { asText, type Bot } from "#sandbox/slack/wire";

const MAX_STACK = 3;

export type ViewStore = {
  stack(user: string): readonly SandboxView[];
  home(user: string): SandboxView | undefined;
  find(viewId: string): SandboxView | undefined;
  findExternal(externalId: string): SandboxView | undefined;
  /** Replaces whatever stack the person had. */
  open(user: string, view: Block): SandboxView;
  /** Null: three views are on the stack already. */
  push(user: string, view: Block): SandboxView | null;
  update(shown: SandboxView, view: Block): SandboxView;
  publish(user: string, view: Block): SandboxView;
  setErrors(shown: SandboxView, errors: Readonly<Record<string, string>>): void;
  setState(shown: SandboxView, state: Block): void;
  /** Takes this view off the stack, and those that lay on it. */
  close(shown: SandboxView): void;
  clear(user: string): void;
};

/** Modal stacks and App Homes. `view` holds the full view object as Slack hands it out. */
export function createViewStore(deps: { hub: Hub; bot: Bot }): ViewStore {
  const stacks = new Map<string, SandboxView[]>();
  const homes = new Map<string, SandboxView>();
  const everywhere = () => [...[...stacks.values()].flat(), ...homes.values()];

  const dress = (view: Block, ids: { id: string; root: string; previous: string | null; hash: string }): Block => ({
    private_metadata: "",
    callback_id: "",
    external_id: "",
    submit: null,
    close: null,
    clear_on_close: false,
    notify_on_close: false,
    submit_disabled: false,
    state: { values: {} },
    ...view,
    id: ids.id,
    team_id: deps.bot.teamId,
    app_id: deps.bot.appId,
    app_installed_team_id: deps.bot.teamId,
    bot_id: deps.bot.botId,
    root_view_id: ids.root,
    previous_view_id: ids.previous,
    hash: ids.hash,
  });

  const create = (user: string, view: Block, below: SandboxView | undefined): SandboxView => {
    const id = `V${randomUUID().replaceAll("-", "").slice(0, 10).toUpperCase()}`;
    const hash = hashOf(view);
    const root = below ? (asText(below.view.root_view_id) ?? below.id) : id;
    return { id, user, hash, errors: {}, view: dress(view, { id, root, previous: below?.id ?? null, hash }) };
  };

  return {
    stack: (user) => stacks.get(user) ?? [],
    home: (user) => homes.get(user),
    find: (viewId) => everywhere().find((shown) => shown.id === viewId),
    findExternal: (externalId) => everywhere().find((shown) => shown.view.external_id === externalId),
    open: (user, view) => {
      const shown = create(user, view, undefined);
      stacks.set(user, [shown]);
      deps.hub.changed();
      return shown;
    },
    push: (user, view) => {
      const stack = stacks.get(user) ?? [];
      if (stack.length >= MAX_STACK) return null;
      const shown = create(user, view, stack.at(-1));
      stacks.set(user, [...stack, shown]);
      deps.hub.changed();
      return shown;
    },
    update: (shown, view) => {
      shown.hash = hashOf(view);
      shown.view = dress(view, {
        id: shown.id,
        root: asText(shown.view.root_view_id) ?? shown.id,
        previous: asText(shown.view.previous_view_id),
        hash: shown.hash,
      });
      shown.errors = {};
      deps.hub.changed();
      return shown;
    },
    publish: (user, view) => {
      const shown = create(user, view, undefined);
      homes.set(user, shown);
      deps.hub.changed();
      return shown;
    },
    setErrors: (shown, errors) => {
      shown.errors = errors;
      deps.hub.changed();
    },
    setState: (shown, state) => {
      shown.view = { ...shown.view, state };
    },
    close: (shown) => {
      const stack = stacks.get(shown.user) ?? [];
      const index = stack.indexOf(shown);
      if (index < 0) return;
      stacks.set(shown.user, stack.slice(0, index));
      deps.hub.changed();
    },
    clear: (user) => {
      stacks.set(user, []);
      deps.hub.changed();
    },
  };
}

function hashOf(view: Block): string {
  return `${Date.now()}.${createHash("sha256").update(JSON.stringify(view)).update(randomUUID()).digest("hex").slice(0, 8)}`;
}
