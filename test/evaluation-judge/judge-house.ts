import { JUDGE } from "#sandbox/bedrock/catalogue";
import { createAskJudge, type Spent } from "#src/evaluation/judge/ask-judge";
import { evaluatorEpoch } from "#src/evaluation/judge/evaluator-epoch";
import { type Gradable, gradeAnswer } from "#src/evaluation/judge/grade-answer";
import type { KeptJudgement } from "#src/evaluation/run/run-ledger";
import type { Epoch } from "#src/evaluation/run/run-record";
import type { ExtractRequest, ModelClient } from "#src/models/model-call";
import { MANIFEST, openModelHouse } from "#test/models/model-house";

const SAMPLING = { temperature: 0, topP: 1, topK: 1, seed: 42, maxTokens: 1024 };

/** The judge over the local Bedrock's rules, with a memory of its own, and everything that was sent to it. */
export async function openJudgeHouse() {
  const house = await openModelHouse();
  const sent: { readonly system: string; readonly prompt: string }[] = [];
  const models: Pick<ModelClient, "extract"> = {
    extract: <T>(request: ExtractRequest<T>) => {
      sent.push({ system: request.system ?? "", prompt: String(request.prompt) });
      return house.client.extract(request);
    },
  };
  const memory = new Map<string, KeptJudgement>();
  const kept = {
    judgement: async (key: string) => memory.get(key) ?? null,
    saveJudgement: async (key: string, _epoch: string, judgement: KeptJudgement) => void memory.set(key, judgement),
  };
  const judge = { asked: JUDGE, arn: `arn:${JUDGE}`, models: [`arn:${JUDGE}`] };
  const epochOf = (checking: Epoch["checking"]) => evaluatorEpoch(judge, checking, SAMPLING);
  return {
    ...house,
    sent,
    memory,
    epochOf,
    async grade(gradable: Gradable, checking: Epoch["checking"] = "joint", repeat = 0) {
      const epoch = epochOf(checking);
      const audit = { service: "docs", manifest: MANIFEST, fewShotIds: [], cot: false };
      const spent: Spent = { requests: 0, inputTokens: 0, outputTokens: 0 };
      const ask = createAskJudge({ models, kept, epoch, audit, priority: "nightly" }, { repeat }, spent);
      const portions = { claims: epoch.claimsPerRequest, labels: epoch.labelsPerRequest };
      const grade = await gradeAnswer(gradable, ask, portions, new AbortController().signal);
      return { ...grade, spent };
    },
  };
}

export const GRADABLE: Gradable = {
  question: "How long is an invitation valid?",
  goldAnswer: "An invitation is valid for seven days.",
  response: "An invitation is valid for seven days. Owners can send it again.",
  context: [
    "Owners invite people by mail. An invitation is valid for seven days.",
    "Storage is counted once for each workspace.",
  ],
};
