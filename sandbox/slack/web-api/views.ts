import { validateView } from "#sandbox/slack/block-kit/validate";
import type { Block, SandboxView } from "#sandbox/slack/model";
import {
  type Args,
  type Failure,
  fail,
  failWith,
  isFailure,
  json,
  type Method,
  type Platform,
  succeed,
  text,
} from "#sandbox/slack/web-api/call";
import { asText } from "#sandbox/slack/wire";

const free = { scopes: [], token: "bot" } as const;

export const views: Readonly<Record<string, Method>> = {
  "views.open": {
    ...free,
    handle: (args, platform) => {
      const view = viewOf(args, "modal", platform);
      if (isFailure(view)) return view;
      const trigger = platform.triggers.exchange(text(args, "trigger_id") ?? "");
      if (!trigger.ok) return fail(trigger.error);
      return answer(platform.workspace.viewStore.open(trigger.user, view));
    },
  },
  "views.push": {
    ...free,
    handle: (args, platform) => {
      const view = viewOf(args, "modal", platform);
      if (isFailure(view)) return view;
      const trigger = platform.triggers.exchange(text(args, "trigger_id") ?? "");
      if (!trigger.ok) return fail(trigger.error);
      const { viewStore } = platform.workspace;
      if (viewStore.stack(trigger.user).length === 0) return fail("not_found");
      const pushed = viewStore.push(trigger.user, view);
      return pushed ? answer(pushed) : fail("push_limit_reached");
    },
  },
  "views.update": {
    ...free,
    handle: (args, platform) => {
      const { viewStore } = platform.workspace;
      const id = text(args, "view_id");
      const externalId = text(args, "external_id");
      const shown = id ? viewStore.find(id) : externalId ? viewStore.findExternal(externalId) : undefined;
      if (!shown) return fail("not_found");
      const hash = text(args, "hash");
      if (hash !== null && hash !== shown.hash) return fail("hash_conflict");
      const view = viewOf(args, shown.view.type === "home" ? "home" : "modal", platform, shown);
      return isFailure(view) ? view : answer(viewStore.update(shown, view));
    },
  },
  "views.publish": {
    ...free,
    handle: (args, platform) => {
      const user = text(args, "user_id") ?? "";
      if (!platform.workspace.user(user)) return fail("user_not_found");
      const { viewStore } = platform.workspace;
      const current = viewStore.home(user);
      const hash = text(args, "hash");
      if (hash !== null && current && hash !== current.hash) return fail("hash_conflict");
      const view = viewOf(args, "home", platform);
      return isFailure(view) ? view : answer(viewStore.publish(user, view));
    },
  },
};

function viewOf(args: Args, type: "modal" | "home", platform: Platform, shown?: SandboxView): Block | Failure {
  const value = json(args, "view");
  if (value === undefined) return failWith("invalid_arguments", ["missing required field: view [json-pointer:]"]);
  const checked = validateView(value, type, platform.uploads.isReady);
  if (!checked.ok) return failWith("invalid_arguments", checked.problems);
  const externalId = asText(checked.view.external_id);
  const taken = externalId ? platform.workspace.viewStore.findExternal(externalId) : undefined;
  if (taken && taken !== shown) return fail("duplicate_external_id");
  return checked.view;
}

const answer = (shown: SandboxView) => succeed({ view: shown.view });
