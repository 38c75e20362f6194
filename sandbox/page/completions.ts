import type { World } from "#sandbox/slack/model";

export type Word = { readonly word: string; readonly rest: string };
export type Completion = {
  readonly command: string;
  readonly description: string;
  readonly usageHint: string;
  readonly words: readonly Word[];
};

/** What the box offers after `/`: every command, and behind it the words that its usage hint names. */
export const completions = (commands: World["commands"]): readonly Completion[] =>
  commands.map(({ command, description, usageHint }) => ({ command, description, usageHint, words: words(usageHint) }));

/**
 * The subcommands in a usage hint such as `start [service] [run] | status | rerun <gate>`: the alternatives between
 * bars (outside of brackets, or inside one bracket that spans the hint) that begin with a plain word.
 */
export function words(usageHint: string): readonly Word[] {
  const whole = /^\[([^[\]]*)\]$/.exec(usageHint.trim());
  return alternatives(whole?.[1] ?? usageHint).flatMap((part) => {
    const [, word, rest = ""] = /^([a-z][a-z0-9-]*)(?:\s+(.*))?$/.exec(part.trim()) ?? [];
    return word === undefined ? [] : [{ word, rest }];
  });
}

function alternatives(text: string): readonly string[] {
  const parts = [""];
  let depth = 0;
  for (const char of text) {
    if (char === "[" || char === "<") depth += 1;
    if (char === "]" || char === ">") depth -= 1;
    if ((char === "|" || char === "\n") && depth <= 0) parts.push("");
    else parts.push(`${parts.pop() ?? ""}${char}`);
  }
  return parts;
}
