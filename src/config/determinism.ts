import { z } from "zod";
import type { Problem } from "#src/config/problems";
import { showValue } from "#src/config/problems";

/** A value that makes a difference only if it is exactly this one: anything else makes evaluations unrepeatable. */
const exactly = (value: string) => z.literal(value, { error: `exactly ${value}` });
const wholeNumber = z.string().regex(/^(0|[1-9][0-9]{0,8})$/, "a whole number");

const deterministicSchema = z.strictObject({
  TEMPERATURE: exactly("0"),
  TOP_P: exactly("1"),
  TOP_K: exactly("1"),
  RANDOM_SEED: exactly("42").transform(Number),
  MAX_TOKENS: wholeNumber.transform(Number).refine((tokens) => tokens > 0, "more than 0"),
  EVAL_DISABLE_CACHE: exactly("1"),
  PROMPT_AUDIT: exactly("1"),
  PROMPT_HASH_VALIDATION: exactly("1"),
  FEW_SHOT_IDS_AUDIT: exactly("1"),
  COT_AUDIT: exactly("1"),
  COT_ENABLED: z.enum(["0", "1"], { error: "0 or 1" }).transform((flag) => flag === "1"),
});

/** deterministic_evaluation.env as parsed: what every evaluation request is held to. */
export type DeterministicSettings = z.infer<typeof deterministicSchema>;

/**
 * Reads `KEY=value` lines; `#` begins a comment line. No quotes, no expansion, no `export`: this file is data that
 * Golive enforces, not a script that a shell may read differently.
 */
export function parseDeterministicEnv(
  file: string,
  text: string,
):
  | { readonly ok: true; readonly value: DeterministicSettings }
  | { readonly ok: false; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const values = new Map<string, string>();
  const lines = new Map<string, number>();
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = index + 1;
    if (raw.trim() === "" || raw.startsWith("#")) continue;
    const match = /^([A-Z][A-Z0-9_]*)=([^\s'"$`#]*)$/.exec(raw);
    const [, key, value] = match ?? [];
    if (key === undefined || value === undefined) {
      const expected = "KEY=value without spaces, quotes, `export` or a comment after it";
      problems.push({ file, line, path: "", found: showValue(raw), expected });
    } else if (values.has(key)) {
      problems.push({ file, line, path: key, found: `already set on line ${lines.get(key)}`, expected: "one value" });
    } else {
      values.set(key, value);
      lines.set(key, line);
    }
  }
  const known = Object.keys(deterministicSchema.shape);
  const result = deterministicSchema.safeParse(Object.fromEntries(values));
  if (result.success && problems.length === 0) return { ok: true, value: result.data };
  for (const issue of result.error?.issues ?? []) {
    if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys) {
        const expected = `one of ${known.join(", ")}`;
        problems.push({ file, line: lines.get(key) ?? null, path: "", found: `unknown key "${key}"`, expected });
      }
      continue;
    }
    const key = String(issue.path[0]);
    const value = values.get(key);
    const found = value === undefined ? "missing" : showValue(value);
    problems.push({ file, line: lines.get(key) ?? null, path: key, found, expected: issue.message });
  }
  return { ok: false, problems };
}
