import { app } from "#sandbox/slack/web-api/app";
import {
  type Args,
  type Failure,
  fail,
  type Method,
  type Platform,
  type Reply,
  text,
} from "#sandbox/slack/web-api/call";
import { chat } from "#sandbox/slack/web-api/chat";
import { conversations } from "#sandbox/slack/web-api/conversations";
import { files } from "#sandbox/slack/web-api/files";
import { people } from "#sandbox/slack/web-api/people";
import { views } from "#sandbox/slack/web-api/views";

const methods: Readonly<Record<string, Method>> = { ...app, ...chat, ...conversations, ...people, ...views, ...files };

/** Every scope that some method here asks for. */
export const ALL_SCOPES: readonly string[] = [
  "commands",
  ...new Set(Object.values(methods).flatMap((method) => (method.token === "bot" ? method.scopes : []))),
];

export type Credentials = {
  readonly botToken: string;
  readonly appToken: string;
  readonly scopes: readonly string[];
};

/** One Web API call: token, scope, then the method. */
export function dispatch(
  name: string,
  args: Args,
  bearer: string | null,
  credentials: Credentials,
  platform: Platform,
): Reply | Failure {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (!method) return fail("unknown_method", { req_method: name });
  const refused = method.token === "none" ? null : refuse(method, bearer ?? text(args, "token"), credentials);
  return refused ?? method.handle(args, platform);
}

function refuse(method: Method, token: string | null, credentials: Credentials): Failure | null {
  if (!token) return fail("not_authed");
  const kind = token === credentials.botToken ? "bot" : token === credentials.appToken ? "app" : null;
  if (kind === null) return fail("invalid_auth");
  if (kind !== method.token) return fail("not_allowed_token_type");
  if (kind === "app" || method.scopes.length === 0) return null;
  if (method.scopes.some((scope) => credentials.scopes.includes(scope))) return null;
  return fail("missing_scope", { needed: method.scopes.join(","), provided: credentials.scopes.join(",") });
}
