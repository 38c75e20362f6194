import type { InputBlock, KnownBlock, ModalView } from "@slack/types";
import { REASON_MIN } from "#src/release/wording";
import { plain } from "#src/slack/blocks/elements";
import { type CALLBACKS, INPUT_BLOCKS, INPUTS } from "#src/slack/ids";
import { LIMITS } from "#src/slack/limits";

type Modal = {
  readonly callback: (typeof CALLBACKS)[keyof typeof CALLBACKS];
  readonly title: string;
  readonly blocks: KnownBlock[];
  /** Absent: the modal has nothing to submit. */
  readonly submit?: string;
  readonly close?: string;
  /** From `carry`. Null or absent: nothing is carried. */
  readonly carried?: string | null;
};

export function modal({ callback, title, blocks, submit, close = "Close", carried }: Modal): ModalView {
  return {
    type: "modal",
    callback_id: callback,
    title: plain(title, LIMITS.view.title),
    close: plain(close, LIMITS.view.button),
    ...(submit === undefined ? {} : { submit: plain(submit, LIMITS.view.button) }),
    ...(carried == null ? {} : { private_metadata: carried }),
    blocks,
  };
}

type TextInput = {
  readonly block: (typeof INPUT_BLOCKS)[keyof typeof INPUT_BLOCKS];
  readonly action: (typeof INPUTS)[keyof typeof INPUTS];
  readonly label: string;
  readonly hint?: string;
  readonly multiline?: boolean;
  readonly optional?: boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
};

/** A box to type into. */
export function textInput(input: TextInput): InputBlock {
  const { block, action, label, hint, multiline = false, optional = false, minLength, maxLength = 1_000 } = input;
  return {
    type: "input",
    block_id: block,
    optional,
    label: plain(label, LIMITS.input.label),
    ...(hint === undefined ? {} : { hint: plain(hint, LIMITS.input.hint) }),
    element: {
      type: "plain_text_input",
      action_id: action,
      multiline,
      ...(minLength === undefined ? {} : { min_length: minLength }),
      max_length: maxLength,
    },
  };
}

/** Why somebody decides something: a reason that says something. */
export const whyInput = (): InputBlock =>
  textInput({
    block: INPUT_BLOCKS.reason,
    action: INPUTS.reason,
    label: "Why?",
    hint: `At least ${REASON_MIN} characters. Everybody reads it in the message, and it stays in the audit trail.`,
    multiline: true,
    minLength: REASON_MIN,
  });
