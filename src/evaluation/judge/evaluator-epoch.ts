import { FIXED_TEXTS } from "#src/evaluation/judge/judge-prompts";
import type { Epoch } from "#src/evaluation/run/run-record";
import { canonicalJson, sha256 } from "#src/manifest/canonical";
import type { ResolvedModel, Sampling } from "#src/models/model-call";

/**
 * A label is some nine tokens and a claim's row some ten more, and an answer may have a thousand (MAX_TOKENS): more would be cut, and
 * a cut answer counts for nothing.
 */
const TOGETHER = { claimsPerRequest: 20, labelsPerRequest: 60 };
const ALONE = { claimsPerRequest: 1, labelsPerRequest: 1 };

/** The judge with everything that can move its labels. `checking` "separate": each label in a request of its own. */
export function evaluatorEpoch(
  judge: Pick<ResolvedModel, "asked" | "arn" | "models">,
  checking: Epoch["checking"],
  sampling: Required<Sampling>,
): Epoch {
  const { asked, arn, models } = judge;
  const { temperature, topP, topK, seed, maxTokens } = sampling;
  const epoch = {
    judge: { asked, arn, models: [...models] },
    prompts: { extract: hashOf(FIXED_TEXTS.extract), check: hashOf(FIXED_TEXTS.check) },
    checking,
    ...(checking === "joint" ? TOGETHER : ALONE),
    sampling: { temperature, topP, topK, seed, maxTokens },
  };
  return { id: hashOf(epoch), ...epoch };
}

const hashOf = (value: unknown): string => sha256(canonicalJson(value));
