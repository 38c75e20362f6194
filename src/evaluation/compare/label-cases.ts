import { ordinalFromId, type Passage } from "#src/evaluation/oracle/gold";
import { evidenceKind, findGold } from "#src/evaluation/oracle/gold-evidence";
import type { GoldQuestion } from "#src/evaluation/run/case-record";

/** Looks at documents one by one, and remembers which questions have their evidence in one of them. */
export type Labelling = {
  look(document: {
    readonly document: string;
    readonly chunks: readonly { readonly id: string; readonly text: string }[];
  }): void;
  /** Ids of the questions whose evidence was seen. */
  labelled(): ReadonlySet<string>;
};

/**
 * `run`: the run that was evaluated. A question that is labelled by chunks of it is labelled; every other one is when its evidence
 * stands in the chunks of a document. Show it the runs of both arms: what one of them lost is still in the documents, and must
 * not leave the count because of that.
 */
export function createLabelling(questions: readonly GoldQuestion[], run: string): Labelling {
  const answerable = questions.filter((each) => each.answerable);
  const labelled = new Set(answerable.filter((each) => evidenceKind(each, run) === "chunks").map(({ id }) => id));
  return {
    look({ document, chunks }) {
      const open = answerable.filter(({ id }) => !labelled.has(id));
      const passages = chunks.map(
        ({ id, text }): Passage => ({ chunkId: id, document, text, ordinal: ordinalFromId(id) }),
      );
      for (const question of open) if (findGold(question, run, passages).size > 0) labelled.add(question.id);
    },
    labelled: () => labelled,
  };
}
