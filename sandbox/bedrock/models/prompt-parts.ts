/** What the rule-based models find in a prompt. The tags are those that `README.md` in the folder above describes. */
export type PromptParts = {
  readonly question: string | null;
  readonly passages: readonly { readonly id: string; readonly text: string }[];
  readonly answer: string | null;
  readonly reference: string | null;
  readonly claims: readonly { readonly id: string; readonly text: string }[];
};

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
    claims: many(prompt, "claim"),
  };
}

function one(prompt: string, tag: string): string | null {
  const found = new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(prompt)?.[1];
  return found === undefined ? null : unescaped(found);
}

function many(prompt: string, tag: string): { readonly id: string; readonly text: string }[] {
  return [...prompt.matchAll(new RegExp(`<${tag} id="([^"<>]*)">([^<]*)</${tag}>`, "g"))].map(([, id, text]) => ({
    id: unescaped(id ?? ""),
    text: unescaped(text ?? ""),
  }));
}

const unescaped = (text: string) =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&").trim();
