import type { AskJudge } from "#src/evaluation/judge/ask-judge";
import { type Claim, checkingRequest, extractionRequest, type Reference } from "#src/evaluation/judge/judge-prompts";
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

/** How much goes into one request. */
export type Portions = { readonly claims: number; readonly labels: number };

/**
 * Claims of both answers, and a label for every claim against everything it is held against (Ru et al., arXiv:2408.08067, section
 * 3.2): claims of the answer against the gold answer and every chunk, claims of the gold answer against the answer and every
 * chunk. Throws what asking throws: half a judgement is none.
 */
export async function gradeAnswer(
  { question, goldAnswer, response, context }: Gradable,
  ask: AskJudge,
  portions: Portions,
  signal: AbortSignal,
): Promise<Grade> {
  const claimsOf = async (answer: string): Promise<Triple[]> => {
    if (answer.trim() === "") return [];
    const { claims } = await ask(extractionRequest(question, answer), signal);
    return claims.map(({ subject, predicate, object }) => [subject, predicate, object]);
  };
  const claims = { gold: await claimsOf(goldAnswer), response: await claimsOf(response) };

  /** A row for each claim, with the label against `other` first, then one for each chunk. */
  const check = async (wanted: readonly Claim[], other: string): Promise<Label[][]> => {
    const references = [other, ...context].map((text, index): Reference => ({ id: `k${index}`, text }));
    const found = new Map(wanted.map(({ id }) => [id, new Map<string, Label>()]));
    const width = Math.min(references.length, portions.labels);
    const height = Math.max(1, Math.min(portions.claims, Math.floor(portions.labels / width)));
    for (const some of inPortions(wanted, height)) {
      for (const against of inPortions(references, width)) {
        for (const row of (await ask(checkingRequest(question, against, some), signal)).labels) {
          for (const [reference, label] of Object.entries(row.against)) found.get(row.claim)?.set(reference, label);
        }
      }
    }
    return wanted.map((claim) => references.map((reference) => labelOf(found, claim, reference)));
  };
  const made = await check(named("r", claims.response), goldAnswer);
  const gold = await check(named("g", claims.gold), response);
  return {
    claims,
    judgement: {
      answer2response: made.flatMap((row) => row.slice(0, 1)),
      response2answer: gold.flatMap((row) => row.slice(0, 1)),
      retrieved2response: made.map((row) => row.slice(1)),
      retrieved2answer: gold.map((row) => row.slice(1)),
    },
  };
}

const named = (prefix: string, claims: readonly Triple[]): Claim[] =>
  claims.map((claim, index) => ({ id: `${prefix}${index + 1}`, text: claim.join(" ") }));

function inPortions<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size));
}

/** A label that is missing is a bug here: the answer's shape has all of them. Never Neutral by default. */
function labelOf(found: ReadonlyMap<string, ReadonlyMap<string, Label>>, claim: Claim, reference: Reference): Label {
  const label = found.get(claim.id)?.get(reference.id);
  if (label === undefined) throw new Error(`claim ${claim.id} was checked against ${reference.id} and has no label`);
  return label;
}
