import { isObject, string } from "#sandbox/page/blocks/json";
import { decodeEntities } from "#sandbox/page/blocks/mentions";
import { mrkdwn, plainText } from "#sandbox/page/blocks/mrkdwn";
import type { Viewing } from "#sandbox/page/blocks/viewing";
import { type Html, nothing } from "#sandbox/page/html";
import type { Json } from "#sandbox/slack/model";

/** A text object: `mrkdwn` is parsed, `plain_text` is not. Anything else renders nothing. */
export function textObject(value: Json | undefined, viewing: Viewing): Html {
  if (!isObject(value)) return nothing;
  return value.type === "mrkdwn"
    ? mrkdwn(string(value, "text"), viewing)
    : plainText(string(value, "text"), value.emoji !== false);
}

/** The bare words of a text object, for labels and placeholders: plain text, to be escaped by whoever prints it. */
export const words = (value: Json | undefined): string =>
  isObject(value) ? decodeEntities(string(value, "text")) : "";
