import { chosenValue, elementsOf, findElement, isEmpty, type Values, withValue } from "#sandbox/slack/acting/values";
import { validateView } from "#sandbox/slack/block-kit/validate";
import type { Block, Done, Json, SandboxView } from "#sandbox/slack/model";
import type { ViewStore } from "#sandbox/slack/view-store";
import { asBlock, asText, isList } from "#sandbox/slack/wire";

export type Typed = Readonly<Record<string, Readonly<Record<string, string>>>>;
type Filled = { readonly values: Values; readonly errors: Readonly<Record<string, string>> };

const REQUIRED = "Please complete this required field.";
export const TROUBLE = "We had some trouble connecting. Try again?";

/** The state of a modal once a person has typed this, and what Slack's client itself would object to. */
export function fillIn(shown: SandboxView, current: Values, typed: Typed): Filled {
  const blocks = blocksOf(shown.view);
  let values = current;
  const errors: Record<string, string> = {};
  for (const [blockId, fields] of Object.entries(typed)) {
    for (const [actionId, text] of Object.entries(fields)) {
      const placed = findElement(blocks, blockId, actionId);
      if (!placed) continue;
      const value = chosenValue(placed.element, text);
      if (value) values = withValue(values, placed, value);
      else errors[blockId] = "Choose one of the options.";
    }
  }
  for (const { block, blockId, element } of elementsOf(blocks)) {
    if (block.type !== "input" || errors[blockId] !== undefined) continue;
    const held = values[blockId]?.[String(element.action_id)];
    const problem = isEmpty(held) ? (block.optional === true ? null : REQUIRED) : problemOf(element, held);
    if (problem) errors[blockId] = problem;
  }
  return { values, errors };
}

function problemOf(element: Block, held: Block | undefined): string | null {
  const text = asText(held?.value);
  if (text === null) return null;
  const { min_length: min, max_length: max } = element;
  if (typeof min === "number" && text.length < min) return `Must be at least ${min} characters.`;
  if (typeof max === "number" && text.length > max) return `Must be at most ${max} characters.`;
  if (element.type === "number_input" && !Number.isFinite(Number(text))) return "Please enter a number.";
  if (element.type === "email_text_input" && !/^\S+@\S+\.\S+$/.test(text)) return "Please enter an email address.";
  if (element.type === "url_text_input" && !URL.canParse(text)) return "Please enter a URL.";
  return null;
}

/** Does what the app answered to a submission. An answer that Slack can't use leaves the modal open. */
export function applyAnswer(
  shown: SandboxView,
  answer: Json,
  viewStore: ViewStore,
  fileReady: (id: string) => boolean,
): Done {
  const body = asBlock(answer);
  const action = body?.response_action;
  if (action === undefined) {
    viewStore.close(shown);
    return { ok: true };
  }
  if (action === "clear") {
    viewStore.clear(shown.user);
    return { ok: true };
  }
  if (action === "errors") return showErrors(shown, asBlock(body?.errors) ?? {}, viewStore);
  if (action !== "update" && action !== "push") return { ok: false, error: TROUBLE };
  const checked = validateView(body?.view ?? null, "modal", fileReady);
  if (!checked.ok) return { ok: false, error: `${TROUBLE} (${checked.problems.join("; ")})` };
  if (action === "update") viewStore.update(shown, checked.view);
  else if (!viewStore.push(shown.user, checked.view)) return { ok: false, error: TROUBLE };
  return { ok: true };
}

/** Errors may only name input blocks of this view; Slack shows nothing but its trouble sentence otherwise. */
function showErrors(shown: SandboxView, errors: Block, viewStore: ViewStore): Done {
  const inputs = blocksOf(shown.view).flatMap((value) => {
    const block = asBlock(value);
    return block?.type === "input" ? [asText(block.block_id) ?? ""] : [];
  });
  const entries = Object.entries(errors).map(([blockId, sentence]): [string, string] => [blockId, String(sentence)]);
  if (entries.length === 0 || entries.some(([blockId]) => !inputs.includes(blockId))) {
    return { ok: false, error: TROUBLE };
  }
  viewStore.setErrors(shown, Object.fromEntries(entries));
  return { ok: true };
}

export function blocksOf(view: Block): readonly Json[] {
  return isList(view.blocks) ? view.blocks : [];
}
