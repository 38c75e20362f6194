import type { AnswerBody } from "#sandbox/rag-service/answer-body";
import { hashOf } from "#sandbox/rag-service/hash";
import type { PairName } from "#sandbox/rag-service/store-reader";

const MOST_ANSWERS = 500;

/** Answers by pair, configuration and question; the oldest go first. Questions that differ in case or blanks only are one. */
export type AnswerCache = {
  get(pair: PairName, configHash: string, query: string): AnswerBody | undefined;
  put(pair: PairName, configHash: string, query: string, answer: AnswerBody): void;
  clear(): void;
};

export function createAnswerCache(): AnswerCache {
  const answers = new Map<string, AnswerBody>();
  const keyOf = (pair: PairName, configHash: string, query: string) =>
    hashOf([pair.run, pair.config, configHash, query.normalize("NFKC").toLowerCase().trim().replace(/\s+/g, " ")]);
  return {
    get: (pair, configHash, query) => answers.get(keyOf(pair, configHash, query)),
    put(pair, configHash, query, answer) {
      answers.set(keyOf(pair, configHash, query), answer);
      const [oldest] = answers.keys();
      if (answers.size > MOST_ANSWERS && oldest !== undefined) answers.delete(oldest);
    },
    clear: () => answers.clear(),
  };
}
