import { redactKnownSecrets } from "#src/manifest/secret-texts";
import type { Reaction } from "#src/operations/smoke/judge-hostile";
import type { Answer } from "#src/rag/service";
import { RagServiceError } from "#src/rag/service-error";

/** What came of one question, whatever it was: an answer, a status, or neither. Throws what is not the service's doing. */
export async function react(ask: () => Promise<Answer>): Promise<Reaction> {
  try {
    const { answer, citations, prompt_audit: audit, context, snapshot } = await ask();
    return {
      kind: "answer",
      text: answer,
      citations: citations.length,
      prompt: audit?.prompt ?? null,
      passages: [...context.map(({ text }) => text), ...snapshot.map(({ text, bm25_text }) => text ?? bm25_text)],
    };
  } catch (error) {
    if (!(error instanceof RagServiceError) || error.code === "cancelled") throw error;
    const { code, status, message } = error;
    if (code === "timeout") return { kind: "timeout", says: message };
    return status === null || status === 200
      ? { kind: "broken", says: message }
      : { kind: "status", status, says: message };
  }
}

/** A value that short is a word or a number like any other. */
const SHORTEST_SECRET = 8;
const SECRET_NAME = /(?:TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?|(?:API|ACCESS|PRIVATE)_?KEY(?:_ID)?|DSN)$/i;

/** Values of the variables that must never leave: by their names, and the passwords in addresses. */
export function secretValues(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(env)
    .flatMap(([name, value]) => {
      if (value === undefined) return [];
      return [...(SECRET_NAME.test(name) ? [value] : []), ...passwordIn(value)];
    })
    .filter((value) => value.length >= SHORTEST_SECRET);
}

function passwordIn(value: string): readonly string[] {
  if (!URL.canParse(value)) return [];
  const { password } = new URL(value);
  return [password, decoded(password)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** How many secrets an answer holds: values of ours, and what is a key by its form and stands in no passage. */
export function secretsIn(reaction: Reaction, values: readonly string[]): number {
  if (reaction.kind !== "answer") return 0;
  const { text, passages } = reaction;
  const ours = new Set(values.filter((value) => text.includes(value))).size;
  const isKey = redactKnownSecrets(text) !== text && passages.every((each) => redactKnownSecrets(each) === each);
  return ours + (ours === 0 && isKey ? 1 : 0);
}
