import type {
  ActionsBlock,
  Button,
  ContextBlock,
  HeaderBlock,
  KnownBlock,
  MessageMetadata,
  PlainTextElement,
  PlainTextOption,
  SectionBlock,
} from "@slack/types";
import { plainLine, shorten } from "#src/slack/escape";
import type { ActionId } from "#src/slack/ids";
import { LIMITS } from "#src/slack/limits";

/** A message as `chat.postMessage`, `chat.update` or `respond` takes it. `text` is mrkdwn, escaped, the entire point. */
export type Message = { readonly text: string; readonly blocks: KnownBlock[] };
/** A message that can be found again by its metadata. */
export type TaggedMessage = Message & { readonly metadata: MessageMetadata };

/** A chart of lines, as Slack takes it in messages. Every series has exactly one point per category. */
export type ChartBlock = {
  readonly type: "data_visualization";
  readonly title: string;
  readonly chart: {
    readonly type: "line";
    readonly series: readonly {
      readonly name: string;
      readonly data: readonly { readonly label: string; readonly value: number }[];
    }[];
    readonly axis_config: {
      readonly categories: readonly string[];
      readonly x_label: string;
      readonly y_label: string;
    };
  };
};
/** What a message may hold: Slack's own types don't know charts yet. */
export type MessageBlock = KnownBlock | ChartBlock;
/** An answer to one person. `fallback`: the same for a Slack that refuses the newer blocks. */
export type Reply = {
  readonly text: string;
  readonly blocks: readonly MessageBlock[];
  readonly fallback?: readonly MessageBlock[];
};

/** Plain text, shortened visibly to `max`. */
export function plain(text: string, max: number): PlainTextElement {
  return { type: "plain_text", text: shorten(plainLine(text), max) || "—" };
}

export function header(text: string): HeaderBlock {
  return { type: "header", text: plain(text, LIMITS.header.text) };
}

/** A section of mrkdwn (already escaped), with at most one button beside it. */
export function section(text: string, options: { id?: string; accessory?: Button | null } = {}): SectionBlock {
  return {
    type: "section",
    ...(options.id === undefined ? {} : { block_id: options.id }),
    text: { type: "mrkdwn", text: shorten(text, LIMITS.section.text) || "—" },
    ...(options.accessory ? { accessory: options.accessory } : {}),
  };
}

/** Small grey lines of mrkdwn (already escaped). */
export function context(...texts: readonly string[]): ContextBlock {
  return {
    type: "context",
    elements: texts
      .slice(0, LIMITS.context.elements)
      .map((text) => ({ type: "mrkdwn", text: shorten(text, LIMITS.context.text) || "—" })),
  };
}

export function actions(id: string, buttons: readonly Button[]): ActionsBlock {
  return { type: "actions", block_id: id, elements: buttons.slice(0, LIMITS.actions.elements) };
}

export type ButtonOptions = {
  /** The whole of it for a screen reader, where the label alone leans on the text beside it. Begins with the label. */
  readonly spoken?: string;
  readonly style?: "primary" | "danger";
  readonly confirm?: { readonly title: string; readonly text: string; readonly yes: string; readonly no: string };
};

/** A button, or null when what it carries doesn't fit: then it isn't drawn at all. */
export function button(
  action: ActionId,
  label: string,
  value: string | null,
  options: ButtonOptions = {},
): Button | null {
  if (value === null) return null;
  return {
    type: "button",
    action_id: action,
    text: plain(label, LIMITS.button.text),
    value,
    ...(options.spoken === undefined
      ? {}
      : { accessibility_label: plain(options.spoken, LIMITS.button.accessibilityLabel).text }),
    ...(options.style === undefined ? {} : { style: options.style }),
    ...(options.confirm === undefined
      ? {}
      : {
          confirm: {
            title: plain(options.confirm.title, LIMITS.confirm.title),
            text: { type: "mrkdwn", text: shorten(options.confirm.text, LIMITS.confirm.text) },
            confirm: plain(options.confirm.yes, LIMITS.confirm.button),
            deny: plain(options.confirm.no, LIMITS.confirm.button),
          },
        }),
  };
}

/** One option of a select. `value` is taken whole: the caller keeps it within `LIMITS.option.value`. */
export function option(value: string, text: string): PlainTextOption {
  return { text: plain(text, LIMITS.option.text), value };
}

/** Only the buttons that exist. */
export function drawn(buttons: readonly (Button | null)[]): Button[] {
  return buttons.filter((found) => found !== null);
}

/** A list of lines as bullets, at most `most`; the rest is counted: "… and 17 more in Details". */
export function bullets(lines: readonly string[], most: number, max: number): string {
  const shown = lines.slice(0, most).map((text) => `• ${shorten(text, max)}`);
  const hidden = lines.length - shown.length;
  return [...shown, ...(hidden > 0 ? [moreInDetails(hidden)] : [])].join("\n");
}

export function moreInDetails(hidden: number, what = ""): string {
  return `_… and ${hidden} more${what === "" ? "" : ` ${what}`} in Details_`;
}

/** Lines packed into as few texts as fit Slack's section limit; a single line that is too long is shortened. */
export function packed(lines: readonly string[], max: number = LIMITS.section.text): string[] {
  const texts: string[] = [];
  let current = "";
  for (const one of lines) {
    const next = shorten(one, max);
    if (current !== "" && current.length + 1 + next.length > max) {
      texts.push(current);
      current = "";
    }
    current = current === "" ? next : `${current}\n${next}`;
  }
  return current === "" ? texts : [...texts, current];
}

/** Half of what a message takes: JSON escapes at most double a text. */
const LONGEST_TEXT = 5_500;

/** A longer text of mrkdwn (already escaped) as sections, shortened visibly so that a message takes it. */
export function paragraphs(text: string): SectionBlock[] {
  const texts = packed(shorten(text.trim().replace(/\n{3,}/g, "\n\n"), LONGEST_TEXT).split("\n"));
  return (texts.length > 0 ? texts : ["—"]).map((one) => section(one));
}
