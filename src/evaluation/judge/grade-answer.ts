import type { AskJudge } from "#src/evaluation/judge/ask-judge";
import { type Claim, checkingRequest, extractionRequest } from "#src/evaluation/judge/judge-prompts";
import type { Label } from "#src/evaluation/metrics/labels";
import type { CaseVerdict, Triple } from "#src/evaluation/run/case-record";

/** What is graded: an answer to a question that the documents do answer. */
export type Gradable = {
  readonly question: string;
  readonly goldAnswer: string;
  readonly response: string;
  /** Texts of the chunks that the reader got, in their order. */
  readonly context: readonly string[];
};

export type Grade = {
  readonly claims: NonNullable<CaseVerdict["claims"]>;
  /** No matrix is null here: a grade is whole, or there is none. */
  readonly judgement: NonNullable<CaseVerdict["judgement"]>;
};

/**
 * Claims of both answers, and a label for every claim against everything it is held against (Ru et al., arXiv:2408.08067, section
 * 3.2). Claims of both go to a chunk together; at most `together` in one request. Throws what asking throws: half a
 * judgement is none.
 */
export async function gradeAnswer(
  { question, goldAnswer, response, context }: Gradable,
  ask: AskJudge,
  together: number,
  signal: AbortSignal,
): Promise<Grade> {
  const claimsOf = async (answer: string): Promise<Triple[]> => {
    if (answer.trim() === "") return [];
    const { claims } = await ask(extractionRequest(question, answer), signal);
    return claims.map(({ subject, predicate, object }) => [subject, predicate, object]);
  };
  const claims = { gold: await claimsOf(goldAnswer), response: await claimsOf(response) };
  const gold = named("g", claims.gold);
  const made = named("r", claims.response);

  const check = async (reference: string, wanted: readonly Claim[]): Promise<ReadonlyMap<string, Label>> => {
    const found = new Map<string, Label>();
    for (let at = 0; at < wanted.length; at += together) {
      const request = checkingRequest(question, reference, wanted.slice(at, at + together));
      for (const { claim, label } of (await ask(request, signal)).labels) found.set(claim, label);
    }
    return found;
  };
  const inGold = await check(goldAnswer, made);
  const inResponse = await check(response, gold);
  const inContext: ReadonlyMap<string, Label>[] = [];
  for (const chunk of context) inContext.push(await check(chunk, [...made, ...gold]));

  return {
    claims,
    judgement: {
      answer2response: made.map((claim) => labelOf(inGold, claim)),
      response2answer: gold.map((claim) => labelOf(inResponse, claim)),
      retrieved2response: made.map((claim) => inContext.map((labels) => labelOf(labels, claim))),
      retrieved2answer: gold.map((claim) => inContext.map((labels) => labelOf(labels, claim))),
    },
  };
}

const named = (prefix: string, claims: readonly Triple[]): Claim[] =>
  claims.map((claim, index) => ({ id: `${prefix}${index + 1}`, text: claim.join(" ") }));

/** A label that is missing is a bug here: the answer's shape has one for each claim. Never Neutral by default. */
function labelOf(labels: ReadonlyMap<string, Label>, { id }: Claim): Label {
  const label = labels.get(id);
  if (label === undefined) throw new Error(`claim ${id} was checked and has no label`);
  return label;
}
