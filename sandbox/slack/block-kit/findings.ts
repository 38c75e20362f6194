import type { Block, Json } from "#sandbox/slack/model";
import { asBlock, isList } from "#sandbox/slack/wire";

/** Collects what is wrong in Slack's own wording: a sentence and where it applies, as a JSON pointer. */
export type Findings = {
  readonly problems: string[];
  add(sentence: string, pointer: string): void;
};

export function createFindings(): Findings {
  const problems: string[] = [];
  return { problems, add: (sentence, pointer) => problems.push(`${sentence} [json-pointer:${pointer}]`) };
}

type Needed = "required" | "optional";

/** A string of 1 to `max` characters. */
export function checkString(owner: Block, field: string, at: string, max: number, needed: Needed, found: Findings) {
  const value = owner[field];
  if (value === undefined || value === null) {
    if (needed === "required") found.add(`missing required field: ${field}`, at);
    return;
  }
  if (typeof value !== "string") found.add("must be a string", `${at}/${field}`);
  else checkLength(value, max, `${at}/${field}`, found);
}

/** A list of at most `max` items; each is handed on. */
export function checkList(
  owner: Block,
  field: string,
  at: string,
  max: number,
  needed: Needed,
  found: Findings,
  each: (item: Block, at: string) => void,
) {
  const value = owner[field];
  if (value === undefined || value === null) {
    if (needed === "required") found.add(`missing required field: ${field}`, at);
    return;
  }
  if (!isList(value)) return found.add("must provide an array", `${at}/${field}`);
  if (value.length === 0) found.add("no fewer than 1 items allowed", `${at}/${field}`);
  if (value.length > max) found.add(`no more than ${max} items allowed`, `${at}/${field}`);
  value.forEach((item, index) => {
    const block = asBlock(item);
    if (block) each(block, `${at}/${field}/${index}`);
    else found.add("must provide an object", `${at}/${field}/${index}`);
  });
}

/** A text object; `plain` allows `plain_text` only. */
export function checkText(
  owner: Block,
  field: string,
  at: string,
  rule: { readonly max: number; readonly plain?: boolean; readonly needed: Needed },
  found: Findings,
) {
  const value: Json | undefined = owner[field];
  if (value === undefined || value === null) {
    if (rule.needed === "required") found.add(`missing required field: ${field}`, at);
    return;
  }
  const text = asBlock(value);
  if (!text) return found.add("must provide an object", `${at}/${field}`);
  checkTextObject(text, `${at}/${field}`, rule.max, rule.plain ?? false, found);
}

export function checkTextObject(text: Block, at: string, max: number, plain: boolean, found: Findings) {
  const allowed = plain ? ["plain_text"] : ["plain_text", "mrkdwn"];
  if (typeof text.type !== "string" || !allowed.includes(text.type)) {
    found.add(`must be one of: ${allowed.join(", ")}`, `${at}/type`);
  }
  if (text.emoji !== undefined && text.type === "mrkdwn") found.add("unsupported field: emoji", at);
  checkString(text, "text", at, max, "required", found);
}

function checkLength(value: string, max: number, at: string, found: Findings) {
  if (value.length === 0) found.add("must be more than 0 characters", at);
  if (value.length > max) found.add(`must be less than ${max + 1} characters`, at);
}

/** A child object that has its own rule. */
export function checkChild(
  owner: Block,
  field: string,
  at: string,
  needed: Needed,
  found: Findings,
  check: (child: Block, at: string) => void,
) {
  const value = owner[field];
  if (value === undefined || value === null) {
    if (needed === "required") found.add(`missing required field: ${field}`, at);
    return;
  }
  const child = asBlock(value);
  if (child) check(child, `${at}/${field}`);
  else found.add("must provide an object", `${at}/${field}`);
}
