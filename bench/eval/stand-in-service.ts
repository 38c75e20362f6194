import { ConverseCommand } from "@aws-sdk/client-bedrock-runtime";
import type { GoldQuestion } from "#src/evaluation/run/case-record";
import { NO_TIMINGS } from "#src/gates/self-test/outside";
import type { Bedrock } from "#src/models/bedrock";
import type { RagService } from "#src/rag/service";

const READER = "sandbox.extractive-reader-v1";

export const questions = (count: number): GoldQuestion[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `case-${index}`,
    question: `How long does ticket ${index} stay open?`,
    answer: `Ticket ${index} stays open for seven days. An owner may close it earlier.`,
    answerable: true,
    chunks: null,
    quotes: [],
    expectedFiles: [],
    tags: [],
    mode: null,
  }));

/** A governed service that spends one call of a model on an answer, as its `model_calls_per_answer` of 1 says. */
export function createStandIn({ runtime }: Pick<Bedrock, "runtime">): Pick<RagService, "answer"> {
  return {
    async answer({ query, pair, nonce }, abortSignal) {
      const [, ticket = ""] = /ticket (\d+)/.exec(query) ?? [];
      const chunks = [
        `Ticket ${ticket} stays open for seven days, then it is closed.`,
        "Owners may close a ticket at any time.",
      ];
      const passages = chunks.map((text, at) => `<passage id="${at + 1}">${text}</passage>`).join("\n");
      const { output } = await runtime.send(
        new ConverseCommand({
          modelId: READER,
          messages: [{ role: "user", content: [{ text: `${passages}\n<question>${query}</question>` }] }],
          inferenceConfig: { temperature: 0, maxTokens: 200 },
        }),
        { abortSignal },
      );
      const context = chunks.map((text, at) => ({ chunk_id: `c${at + 1}`, document: "tickets.md", text, tokens: 12 }));
      return {
        answer: output?.message?.content?.[0]?.text ?? "",
        citations: [],
        snapshot: context.map(({ tokens: _, ...chunk }, at) => ({
          ...chunk,
          bm25_text: chunk.text,
          score: 1,
          rank: at + 1,
        })),
        candidates: { before_clamp: 2, before_dedup: 2, after_dedup: 2 },
        context,
        timings: NO_TIMINGS,
        tool_calls: [],
        prompt_audit: {
          prompt_sha256: null,
          prompt: null,
          model: READER,
          temperature: 0,
          seed: "unsupported",
          cot: false,
          few_shot_ids: [],
          input_tokens: null,
          output_tokens: null,
        },
        config_hash: null,
        run_id: pair?.run ?? null,
        config_version: pair?.config ?? null,
        cache: "off",
        nonce,
        trace_id: null,
      };
    },
  };
}
