import { z } from "zod";

const knobsSchema = z.strictObject({
  /** The other knobs count only where this run answers, as when something came along with a candidate; null: always. */
  onlyRun: z.string().min(1).nullable(),
  /** The ingestion prefix stands before each retrieved text, as when ingestion mixed up its two texts. */
  leakPrefix: z.boolean(),
  /** Whole answers take this many times as long as they would. */
  slowdown: z.number().min(1).max(100),
  /** Milliseconds before anything happens. */
  delayMs: z.int().min(0).max(600_000),
  /** The list of candidates is cut to this many before anybody sees it. */
  silentClamp: z.int().min(1).nullable(),
  /**
   * The cache answers although it was told not to. `honest` says `hit`; `verbatim` sends the earlier answer byte by byte, with
   * its old nonce and its old word that there was no cache. `stamped` is a store that answers every question with the first
   * answer it kept for the pair, the new nonce and another trace id stamped on.
   */
  stuckCache: z.enum(["honest", "verbatim", "stamped"]).nullable(),
  /** Other examples than configured are in the prompt. */
  wrongFewShots: z.boolean(),
  /** CONFIG_HASH is one of another configuration. */
  lyingConfigHash: z.boolean(),
  /** What this process does differs from its configuration version in the store; the hash is that of what it does. */
  configDrift: z.boolean(),
  /** A page of HTML with status 200. */
  html: z.boolean(),
  /** This many bytes more than the answer needs. */
  paddingBytes: z
    .int()
    .min(0)
    .max(64 * 1024 * 1024),
  noCacheField: z.boolean(),
  /** GET /config says that an answer takes this many model calls. */
  claimedCalls: z.int().min(0).max(1000).nullable(),
  /** The reader is asked at this temperature, whatever an evaluation wants. The prompt audit says so. */
  temperature: z.number().min(0).max(1).nullable(),
  /** The prompt audit names this model in place of the one that answered. */
  claimedModel: z.string().min(1).nullable(),
  /** The same question has another wording each time. */
  restless: z.boolean(),
  /** Every question has this answer, whatever was retrieved. */
  constantAnswer: z.string().min(1).nullable(),
  /** Answers nothing but this status. */
  status: z.int().min(400).max(599).nullable(),
});

/** How the service misbehaves on purpose. */
export type Knobs = z.infer<typeof knobsSchema>;

export const NO_FAULTS: Knobs = {
  onlyRun: null,
  leakPrefix: false,
  slowdown: 1,
  delayMs: 0,
  silentClamp: null,
  stuckCache: null,
  wrongFewShots: false,
  lyingConfigHash: false,
  configDrift: false,
  html: false,
  paddingBytes: 0,
  noCacheField: false,
  claimedCalls: null,
  temperature: null,
  claimedModel: null,
  restless: false,
  constantAnswer: null,
  status: null,
};

/** A part of the knobs, as `POST /__sandbox/faults` takes it. Throws a `ZodError` for one that doesn't exist. */
export const parseKnobs = (value: unknown): Partial<Knobs> => {
  const given = knobsSchema.partial().parse(value);
  return Object.fromEntries(Object.entries(given).filter(([, each]) => each !== undefined));
};
