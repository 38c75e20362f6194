import { AwsError } from "#sandbox/bedrock/aws-error";
import type { EmbeddingInput } from "#sandbox/bedrock/wire";
import { EMBEDDING_DIMENSION, embed } from "#sandbox/rag/embed";
import { countTokens } from "#sandbox/rag/tokenizer";

/** Titan's answer, with the vectors of `sandbox/rag/embed.ts`: a text has the same vector here and in the RAG store. */
export function embeddingOf(input: EmbeddingInput): { embedding: number[]; inputTextTokenCount: number } {
  if (input.dimensions !== undefined && input.dimensions !== EMBEDDING_DIMENSION) {
    throw new AwsError("ValidationException", `dimensions: this model has ${EMBEDDING_DIMENSION} and no other`);
  }
  if (input.normalize === false) {
    throw new AwsError("ValidationException", "normalize: this model's vectors have length 1");
  }
  return { embedding: embed(input.inputText), inputTextTokenCount: countTokens(input.inputText) };
}
