export type CommandText =
  | { readonly ok: true; readonly words: readonly string[] }
  | { readonly ok: false; readonly problem: string };

/** Longer than any command; Slack itself lets people paste 4,000 characters and more. */
const LONGEST = 1_000;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the border refuses exactly these
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/**
 * The words of a slash command as typed. Slack sends `&`, `<` and `>` as entities (`should_escape`): they are turned
 * back here, once, and whoever shows the text escapes it again.
 */
export function readCommandText(text: string): CommandText {
  if (text.length > LONGEST) {
    return { ok: false, problem: `That is ${text.length} characters long; a command has ${LONGEST} at most.` };
  }
  const plain = text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
  if (!plain.isWellFormed() || CONTROL.test(plain)) {
    return { ok: false, problem: "That contains characters that can't be read. Please type it again." };
  }
  return { ok: true, words: plain.split(/\s+/u).filter((word) => word !== "") };
}
