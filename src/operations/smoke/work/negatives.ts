import { isRefusal } from "#src/evaluation/oracle/refusal";
import type { GoldFile } from "#src/evaluation/run/gold-file";
import { sampleCases } from "#src/evaluation/run/sample-cases";
import { cut } from "#src/operations/smoke/bounded";
import { HOSTILE_QUESTIONS } from "#src/operations/smoke/hostile-questions";
import { judgeHostile } from "#src/operations/smoke/judge-hostile";
import { judgeRefusals, type Negative } from "#src/operations/smoke/judge-refusals";
import type { SuiteFinding } from "#src/operations/smoke/suites";
import { react, secretsIn } from "#src/operations/smoke/work/ask-hostile";
import type { Checks, Found } from "#src/operations/smoke/work/check";
import type { Answer } from "#src/rag/service";
import { RagServiceError } from "#src/rag/service-error";

export type NegativesDeps = {
  readonly gold: () => Promise<GoldFile>;
  /** One question, as an evaluation asks it, through the shared limit. Throws `RagServiceError`. */
  readonly ask: (question: string) => Promise<Answer>;
  /** A question that the documents answer. */
  readonly normal: string;
  /** Values that must not stand in any answer. */
  readonly secrets: readonly string[];
};

/** Unanswerable questions of a night: the same ones as long as the file is the same. */
export const MOST_NEGATIVES = 12;
const SEED = 42;

/** What must be refused is; what is hostile is borne; and afterwards a normal question is answered as it was before. */
export async function negatives(deps: NegativesDeps, checks: Checks): Promise<SuiteFinding> {
  await checks.run("unanswerable", () => unanswerable(deps));
  let before: Answer | null = null;
  await checks.run("normal-before", async () => {
    before = await deps.ask(deps.normal);
    // What refuses everything refuses the unanswerable too: this is where that shows.
    return before.answer.trim() === "" || isRefusal(before.answer)
      ? {
          verdict: "fail",
          summary: `A question that the documents answer is not answered: "${cut(before.answer, 120)}"`,
          next: "See what the RAG service logged. If the documents don't answer it, correct rag_service.probe_question in golive.yaml.",
        }
      : { verdict: "pass", summary: `The normal question is answered, with ${before.citations.length} sources.` };
  });
  for (const { id, title, query } of HOSTILE_QUESTIONS) {
    await checks.run(id, async (): Promise<Found> => {
      const reaction = await react(() => deps.ask(query));
      const secrets = secretsIn(reaction, deps.secrets);
      const { verdict, says } = judgeHostile(id, reaction, query, { secrets });
      const summary = `To ${title}: ${says}.`;
      if (verdict === "pass") return { verdict, summary };
      return { verdict, summary, next: NEXT[verdict] };
    });
  }
  const earlier = heldAnswer(before);
  if (earlier !== null)
    await checks.run("normal-after", async () => compareNormal(earlier, await deps.ask(deps.normal)));
  return { checks: checks.list, facts: {} };
}

const NEXT = {
  fail: "Refuse it at the service's border with a 4xx, or mend the prompt; docs/smoke.md says what counts as handled.",
  inconclusive: "Let the service answer Golive, and show its prompt in prompt_audit (docs/rag-service.md).",
} as const;

async function unanswerable({ gold, ask }: NegativesDeps): Promise<Found> {
  const all = (await gold()).questions.filter(({ answerable }) => !answerable);
  const asked: Negative[] = [];
  for (const { id, question } of sampleCases(all, MOST_NEGATIVES, SEED)) {
    asked.push({ id, question, ...(await answerTo(() => ask(question))) });
  }
  return judgeRefusals(asked);
}

async function answerTo(ask: () => Promise<Answer>): Promise<Pick<Negative, "response" | "why">> {
  try {
    return { response: (await ask()).answer, why: "" };
  } catch (error) {
    if (!(error instanceof RagServiceError) || error.code === "cancelled") throw error;
    return { response: null, why: error.message };
  }
}

/** The same words, or others from the same sources: a model that isn't quite repeatable is no damage. */
function compareNormal(before: Answer, after: Answer): Found {
  if (before.answer === after.answer) {
    return { verdict: "pass", summary: "The normal question is answered afterwards as before, word for word." };
  }
  const sources = ({ citations }: Answer) => [...new Set(citations.map(({ document }) => document))].sort().join(", ");
  const isSame = sources(before) !== "" && sources(before) === sources(after);
  return isSame
    ? {
        verdict: "pass",
        summary: `The normal question is answered afterwards in other words, from the same sources (${sources(after)}).`,
      }
    : {
        verdict: "fail",
        summary: "After the hostile questions the normal question is answered from other sources than before.",
        next: "See what they left behind: a cache, a session, a worker that restarted.",
        cases: [
          { id: "before", question: "", says: before.answer, before: null, now: null },
          { id: "after", question: "", says: after.answer, before: null, now: null },
        ],
      };
}

/** Read back after a callback set it: the compiler can't see that it did. */
const heldAnswer = (answer: Answer | null): Answer | null => answer;
