import { z } from "zod";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const text = z.string().min(1);
const count = z.int().min(0);

/** `running` also holds for a run whose process is gone: the same command goes on with it. The other three are final. */
export const RUN_STATES = ["running", "finished", "cancelled", "inconclusive"] as const;
export type RunState = (typeof RUN_STATES)[number];

/** How claims are put before the judge: several with several references, or each pair in a request of its own. */
const CHECKING = ["joint", "separate"] as const;

/**
 * What graded a result. Results of different epochs are not compared: another judge, another prompt or another way to check
 * moves every number. `id` is the SHA-256 of the other fields' RFC 8785 form.
 */
const epochSchema = z.strictObject({
  id: sha256,
  /** The judge as it was asked and as the provider resolves it. */
  judge: z.strictObject({ asked: text, arn: text, models: z.array(text) }),
  /** SHA-256 of what each kind of request says, apart from its data. */
  prompts: z.strictObject({ extract: sha256, check: sha256 }),
  checking: z.enum(CHECKING),
  /** At most so many claims, and so many labels, in one request. */
  claimsPerRequest: z.int().min(1),
  labelsPerRequest: z.int().min(1),
  sampling: z.strictObject({
    temperature: z.number(),
    topP: z.number(),
    topK: z.number(),
    seed: z.int(),
    maxTokens: z.int(),
  }),
});
export type Epoch = z.infer<typeof epochSchema>;

/** What a run set out to do. It never changes; two runs of the same plan measure the same thing. */
export const planSchema = z.strictObject({
  service: text,
  /** The ingestion run and the configuration version that answered. */
  pair: z.strictObject({ run: text, config: text }),
  /** Hash of the frozen manifest; null outside a release. */
  manifest: sha256.nullable(),
  /** The file, the SHA-256 of its bytes, and how many cases it holds (not how many of them were asked). */
  gold: z.strictObject({ file: text, sha256, cases: count }),
  /** Null: every case of the file. */
  sample: z.strictObject({ size: count, seed: z.int() }).nullable(),
  /** How often the cases of `repeated` are asked; all others once. */
  repeat: z.int().min(1),
  repeated: z.array(text),
  stable: z.boolean(),
  /** Ids of the cases, in the order in which they are asked. */
  caseIds: z.array(text),
  epoch: epochSchema,
});
export type Plan = z.infer<typeof planSchema>;

/** How far a run is, in trials (a case that is asked three times is three of them). */
export type RunCounts = {
  readonly planned: number;
  /** Trials that the service answered. */
  readonly answered: number;
  /** Answers with labels for every claim. */
  readonly graded: number;
  /** Answers to negative questions: only whether they refuse is looked at. */
  readonly refusals: number;
  /** Answers that the judge gave no valid labels for. No score, never 0. */
  readonly ungraded: number;
  /** Trials without an answer. */
  readonly failed: number;
};

/** One evaluation run, as everybody may read it. Times in epoch milliseconds of the domain clock. */
export type RunRecord = {
  readonly id: string;
  readonly plan: Plan;
  readonly state: RunState;
  /** Why it ended as it did, in a sentence; null for `running` and `finished`. */
  readonly reason: string | null;
  readonly counts: RunCounts;
  readonly startedAt: number;
  readonly endedAt: number | null;
};
