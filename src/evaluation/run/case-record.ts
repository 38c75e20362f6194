import { z } from "zod";
import { LABELS } from "#src/evaluation/metrics/labels";
import { METRICS } from "#src/evaluation/metrics/metric-names";
import { answerSchema } from "#src/rag/service";

const text = z.string().min(1);

/** A question of the gold file, as it was asked. The oracles take it as their `GoldCase`. */
export const goldCaseSchema = z.strictObject({
  id: text,
  question: text,
  /** What is right; of several acceptable answers the first. "" only where the documents don't answer the question. */
  answer: z.string(),
  /** False: the documents don't answer it, and saying so is right. */
  answerable: z.boolean(),
  chunks: z.strictObject({ run: text, ids: z.array(text) }).nullable(),
  quotes: z.array(z.strictObject({ document: text, quote: text })),
  expectedFiles: z.array(text),
  tags: z.array(text),
  mode: z.string().nullable(),
});
export type GoldQuestion = z.infer<typeof goldCaseSchema>;

/** (subject, predicate, object). */
export const tripleSchema = z.tuple([z.string(), z.string(), z.string()]);
export type Triple = z.infer<typeof tripleSchema>;

const labels = z.array(z.enum(LABELS));
const matrix = z.array(labels);

/** Why a trial has no score. `code`: of the failure (a `ModelError`'s, a `RagServiceError`'s, or `not-as-asked`). */
const reasonSchema = z.strictObject({ code: text, sentence: text });
export type Reason = z.infer<typeof reasonSchema>;

/**
 * What came back for one trial. `answer` null: nothing that counts. `latencyMs`: from sending to the whole answer, without waiting
 * for a place, in machine time. `censored`: it failed, so its latency is only known to be more than that (in a percentile +∞).
 */
export const replySchema = z.strictObject({
  answer: answerSchema.nullable(),
  latencyMs: z.number().min(0),
  censored: z.boolean(),
  reason: reasonSchema.nullable(),
  /** What the answer doesn't show of how it was made (temperature, cache, pair); with any the run is inconclusive. */
  unshown: z.array(text),
});
export type Reply = z.infer<typeof replySchema>;

/** `refusal`: a negative question was answered; only whether the answer refuses counts. `ungraded` and `failed` carry no score. */
export const OUTCOMES = ["graded", "refusal", "ungraded", "failed"] as const;
export type Outcome = (typeof OUTCOMES)[number];

const metricsSchema = z.partialRecord(z.enum(METRICS), z.number());

/** What became of one trial. */
export const verdictSchema = z.strictObject({
  outcome: z.enum(OUTCOMES),
  reason: reasonSchema.nullable(),
  /** Of the answer and of the gold answer; null when nothing valid was extracted. */
  claims: z.strictObject({ response: z.array(tripleSchema), gold: z.array(tripleSchema) }).nullable(),
  /** As src/evaluation/metrics takes it; columns are the chunks of `answer.context`, in their order. Whole or null. */
  judgement: z
    .strictObject({
      answer2response: labels,
      response2answer: labels,
      retrieved2response: matrix,
      retrieved2answer: matrix,
    })
    .nullable(),
  /** RAGChecker's eleven, 0 to 1, unrounded; null: no score. */
  metrics: metricsSchema.nullable(),
  /** The same answer judged a second time, where a stable run repeats a case; null or left out: it was not. */
  second: metricsSchema.nullish(),
  /** Whether the answer says that it has none; null when there is no answer. */
  refused: z.boolean().nullable(),
  /** What the judge took for it. Labels that an earlier run had paid for are not in it. */
  spent: z.strictObject({
    requests: z.int().min(0),
    inputTokens: z.int().min(0),
    outputTokens: z.int().min(0),
  }),
});
export type CaseVerdict = z.infer<typeof verdictSchema>;

/**
 * One trial of a case. `place`: its place in the run, from 0. `repeat`: 0 for the first time the case is asked. `reply` null: not
 * asked yet. `verdict` null: not asked, or not judged yet.
 */
export type CaseRecord = {
  readonly run: string;
  readonly place: number;
  readonly repeat: number;
  readonly gold: GoldQuestion;
  readonly reply: Reply | null;
  readonly verdict: CaseVerdict | null;
};
