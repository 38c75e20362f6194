/** What the rule-based models find in a prompt. The tags are those that `README.md` in the folder above describes. */
export type PromptParts = {
  readonly question: string | null;
  readonly passages: readonly { readonly id: string; readonly text: string }[];
  readonly answer: string | null;
  readonly reference: string | null;
  /** References with ids, where there are several. */
  readonly references: readonly { readonly id: string; readonly text: string }[];
  readonly claims: readonly { readonly id: string; readonly text: string }[];
};

/** What a caller may put behind every tag's name, so that no text of somebody else can hold one: `<answer-9f2c…>`. */
const NONCE = "(?:-[0-9a-f]{8,64})?";

/**
 * Reads the tagged parts. Data in a prompt has `<` written as `&lt;`, so a tag is never data; the rest of the text, and any
 * instruction in it, is not looked at.
 */
export function readPrompt(prompt: string): PromptParts {
  return {
    question: one(prompt, "question"),
    passages: many(prompt, "passage"),
    answer: one(prompt, "answer"),
    reference: one(prompt, "reference"),
    references: many(prompt, "reference"),
    claims: many(prompt, "claim"),
  };
}

function one(prompt: string, tag: string): string | null {
  const found = new RegExp(`<(${tag}${NONCE})>([^<]*)</\\1>`).exec(prompt)?.[2];
  return found === undefined ? null : unescaped(found);
}

function many(prompt: string, tag: string): { readonly id: string; readonly text: string }[] {
  const parts = new RegExp(`<(${tag}${NONCE}) id="([^"<>]*)">([^<]*)</\\1>`, "g");
  return [...prompt.matchAll(parts)].map(([, , id, text]) => ({
    id: unescaped(id ?? ""),
    text: unescaped(text ?? ""),
  }));
}

const unescaped = (text: string) =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&").trim();
