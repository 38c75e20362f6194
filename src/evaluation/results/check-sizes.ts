import { holdsNoLabels, type LabelMatrix } from "#src/evaluation/metrics/labels";
import type { CheckedElement } from "#src/evaluation/results/result-schema";

/**
 * Whether claims, documents and label matrices of one result belong together; else which field disagrees with which. A
 * matrix without any labels fits any number of documents (RAGChecker writes `[[], []]` when nothing was retrieved).
 */
export function findSizeProblem(element: CheckedElement): string | null {
  const { answer2response, response2answer, retrieved2response, retrieved2answer } = element;
  const documents = element.retrieved_context?.length ?? null;
  return (
    claimsProblem("response_claims", element.response_claims, "answer2response", answer2response) ??
    claimsProblem("gt_answer_claims", element.gt_answer_claims, "response2answer", response2answer) ??
    claimsProblem("response_claims", element.response_claims, "retrieved2response", retrieved2response, documents) ??
    claimsProblem("gt_answer_claims", element.gt_answer_claims, "retrieved2answer", retrieved2answer, documents) ??
    claimsProblem("answer2response", answer2response, "retrieved2response", retrieved2response, documents) ??
    claimsProblem("response2answer", response2answer, "retrieved2answer", retrieved2answer, documents) ??
    columnsProblem("retrieved2response", retrieved2response, documents) ??
    columnsProblem("retrieved2answer", retrieved2answer, documents) ??
    betweenMatrices(retrieved2response, retrieved2answer)
  );
}

type List = readonly unknown[] | null | undefined;

/** Two lists with an entry for each claim. `documents`: the second is a matrix, `[]` if no document was there to check. */
function claimsProblem(one: string, a: List, other: string, b: List, documents: number | null = 1): string | null {
  if (a === null || a === undefined || b === null || b === undefined || a.length === b.length) return null;
  if (b.length === 0 && (documents ?? 0) === 0) return null;
  return `${other} has ${count(b.length, "entry", "entries")}, but ${one} has ${a.length}; expected one for each claim`;
}

function columnsProblem(name: string, matrix: LabelMatrix | null | undefined, documents: number | null): string | null {
  if (matrix === null || matrix === undefined || holdsNoLabels(matrix)) return null;
  const columns = documents ?? matrix[0]?.length ?? 0;
  const row = matrix.findIndex((each) => each.length !== columns);
  if (row < 0) return null;
  const found = count(matrix[row]?.length ?? 0, "label", "labels");
  const than = documents === null ? "row 0 has" : "retrieved_context has";
  return `${name}[${row}] has ${found}, but ${than} ${columns}; expected one for each document`;
}

/** Which documents are relevant says retrieved2answer: without its labels those of retrieved2response can't be divided. */
function betweenMatrices(R: LabelMatrix | null | undefined, G: LabelMatrix | null | undefined): string | null {
  if (R === null || R === undefined || G === null || G === undefined || holdsNoLabels(R) || G.length === 0) return null;
  const [inR, inG] = [R[0]?.length ?? 0, G[0]?.length ?? 0];
  if (inR === inG) return null;
  return `retrieved2response is over ${count(inR, "document", "documents")}, but retrieved2answer over ${inG}; expected the same documents`;
}

const count = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`;
