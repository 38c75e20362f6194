import type { FinalizeHandler } from "@smithy/types";
import { z } from "zod";
import type { DeterministicSettings } from "#src/config/determinism";
import type { CallAudit, Sampling } from "#src/models/model-call";
import { ModelError } from "#src/models/model-error";

/** The sampling that an evaluation is held to, as deterministic_evaluation.env says it. */
export const evaluationSampling = (settings: DeterministicSettings): Required<Sampling> => ({
  temperature: Number(settings.TEMPERATURE),
  topP: Number(settings.TOP_P),
  topK: Number(settings.TOP_K),
  seed: settings.RANDOM_SEED,
  maxTokens: settings.MAX_TOKENS,
});

/**
 * The sampling to send for an evaluation: what the settings say, when the caller asks for nothing else. Throws
 * `sampling-refused` otherwise. A caller is never silently corrected: who asks for 0.2 doesn't know what is measured.
 */
export function holdToDeterminism(settings: DeterministicSettings, asked: Sampling, audit: CallAudit): Sampling {
  const right = evaluationSampling(settings);
  refuse([
    ...differences(right, asked),
    // Not the other way round: what has to think where COT_ENABLED=1 is the evaluated service, whom the check prompt-audit asks.
    ...(audit.cot && !settings.COT_ENABLED ? ["a chain of thought, although COT_ENABLED=0"] : []),
    ...(audit.fewShotIds.includes("") ? ["a few-shot example without an id"] : []),
  ]);
  return right;
}

const wireSchema = z.object({
  inferenceConfig: z.strictObject({
    temperature: z.number().optional(),
    topP: z.number().optional(),
    maxTokens: z.number().optional(),
  }),
  additionalModelRequestFields: z
    .strictObject({
      top_k: z.number().optional(),
      k: z.number().optional(),
      inferenceConfig: z.strictObject({ topK: z.number() }).optional(),
      seed: z.number().optional(),
    })
    .optional(),
});

/**
 * The last look before a request leaves, at the body as it is sent: whoever built or changed it, another temperature or a field
 * that nobody knows never reaches the provider.
 */
export function holdWireTo(settings: DeterministicSettings) {
  const right = evaluationSampling(settings);
  return <Input extends object, Output extends object>(
    next: FinalizeHandler<Input, Output>,
  ): FinalizeHandler<Input, Output> =>
    (args) => {
      const body = wireSchema.safeParse(bodyOf(args.request));
      if (!body.success) {
        const where = body.error.issues.map((issue) => issue.path.join(".") || "the body").join(", ");
        refuse([`a request that can't be checked (${where})`]);
        return next(args);
      }
      const { inferenceConfig, additionalModelRequestFields: extra } = body.data;
      const topK = extra?.top_k ?? extra?.k ?? extra?.inferenceConfig?.topK;
      refuse(differences(right, { ...inferenceConfig, topK, seed: extra?.seed }));
      return next(args);
    };
}

function bodyOf(request: unknown): unknown {
  const body: unknown = typeof request === "object" && request !== null ? Reflect.get(request, "body") : null;
  const text = body instanceof Uint8Array ? new TextDecoder().decode(body) : body;
  try {
    return typeof text === "string" ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

/** An evaluation without a record of what was sent proves nothing. */
export function requireAudit(audit: unknown): void {
  if (audit === null) refuse(["no prompt audit, although PROMPT_AUDIT=1"]);
}

const KEYS = {
  temperature: "TEMPERATURE",
  topP: "TOP_P",
  topK: "TOP_K",
  seed: "RANDOM_SEED",
  maxTokens: "MAX_TOKENS",
} as const;
const NAMES = ["temperature", "topP", "topK", "seed", "maxTokens"] as const;

function differences(
  right: Required<Sampling>,
  found: { readonly [K in keyof Sampling]?: number | null | undefined },
): string[] {
  return NAMES.flatMap((name) => {
    const value = found[name];
    // Temperature and the length are never left to a provider's default.
    const mayBeLeftOut = name !== "temperature" && name !== "maxTokens";
    if (value === right[name] || ((value === undefined || value === null) && mayBeLeftOut)) return [];
    return [`${name} ${value ?? "unset"} instead of ${KEYS[name]}=${right[name]}`];
  });
}

function refuse(problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new ModelError(
    "sampling-refused",
    `An evaluation may not be asked with ${problems.join(", ")} (deterministic_evaluation.env). Nothing was sent.`,
  );
}
