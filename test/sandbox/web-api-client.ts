import type { LocalSlack } from "#sandbox/slack/start";
import { TOKENS } from "#test/sandbox/bolt-app";

export type ApiAnswer = { readonly ok: boolean; readonly error?: string; readonly [key: string]: unknown };

/** A bare Web API call, JSON body, as any client could make it. */
export async function call(
  slack: LocalSlack,
  method: string,
  args: Readonly<Record<string, unknown>> = {},
  token: string | null = TOKENS.botToken,
): Promise<ApiAnswer> {
  const response = await fetch(`${slack.apiUrl}${method}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(args),
  });
  return parseAnswer(await response.text());
}

export function parseAnswer(text: string): ApiAnswer {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== "object" || parsed === null || !("ok" in parsed)) throw new Error(`Not Slack's shape: ${text}`);
  return { ...parsed, ok: parsed.ok === true };
}

/** The part of an answer at this path; undefined when there is none. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, key) => {
    if (typeof inner !== "object" || inner === null) return undefined;
    return Object.entries(inner).find(([name]) => name === String(key))?.[1];
  }, value);
}
