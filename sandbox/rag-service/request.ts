import type { IncomingMessage } from "node:http";
import { z } from "zod";
import { HttpError } from "#sandbox/rag-service/http-error";
import type { PairName } from "#sandbox/rag-service/store-reader";

const MAX_BODY_BYTES = 32 * 1024;
/** How much of a body that is too large is still taken off the wire, so that its sender can read the answer. */
const MAX_DRAINED_BYTES = 8 * 1024 * 1024;

const storable = z
  .string()
  .refine((text) => !text.includes("\0"), "contains the character U+0000")
  .refine((text) => text.isWellFormed(), "contains half of a surrogate pair");
const identifier = storable.min(1).max(300);

const answerRequestSchema = z.object({
  query: storable.refine((text) => text.trim() !== "", "is empty"),
  run_id: identifier.optional(),
  config_version: identifier.optional(),
  nonce: storable.max(300).default(""),
  eval: z
    .object({ temperature: z.number().min(0).max(1), seed: z.int(), disable_cache: z.boolean() })
    .partial()
    .optional(),
});
export type Question = z.infer<typeof answerRequestSchema>;

/** The body of a request as JSON. Throws `HttpError` 413 or 400. */
export async function readJsonBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes: Buffer = chunk;
    size += bytes.length;
    if (size <= MAX_BODY_BYTES) chunks.push(bytes);
    if (size > MAX_DRAINED_BYTES) break;
  }
  if (size > MAX_BODY_BYTES) throw new HttpError(413, `the body has more than ${MAX_BODY_BYTES} bytes`);
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks)));
    return value;
  } catch {
    throw new HttpError(400, "the body is not JSON in UTF-8");
  }
}

/** Throws `HttpError` 400 that names the first wrong field. */
export function parseQuestion(value: unknown): Question {
  const parsed = answerRequestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new HttpError(400, `${issue?.path.join(".") || "the body"}: ${issue?.message ?? "unreadable"}`);
}

/** The pair that a request names; null for none. Half a pair is a mistake (400). */
export function pairOf(run: string | null | undefined, config: string | null | undefined): PairName | null {
  if (run === null || run === undefined) {
    if (config === null || config === undefined) return null;
  } else if (config !== null && config !== undefined) return { run, config };
  throw new HttpError(400, "run_id and config_version go together: one of them is missing");
}
