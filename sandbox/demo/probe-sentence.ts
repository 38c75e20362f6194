import type { GoldCase } from "#sandbox/rag/gold";
import { probeRetrieval, type RetrievalProbe } from "#sandbox/rag/probe-retrieval";
import { withStore } from "#sandbox/rag/rag-store";

/** Asks the newest complete run the gold questions. Information only: no gate rests on it, and no case is left out. */
export async function probeSentence(url: string, gold: readonly GoldCase[]): Promise<string> {
  const run = await withStore(url, async (client) => {
    const { rows } = await client.query<{ run: string }>(
      "SELECT ingest_run_id AS run FROM rag.ingest_runs WHERE state = 'complete' ORDER BY finished_at DESC LIMIT 1",
    );
    return rows[0]?.run;
  });
  if (run === undefined) return "retrieval probe: no complete run to ask";
  return describeProbe(run, await probeRetrieval(url, run, gold));
}

/** The probe in one sentence: never a share of nothing, and always how the cases were labelled. */
export function describeProbe(run: string, probe: RetrievalProbe): string {
  const { hits, k, byDocument, byAnswer, withoutEvidence, negative, total } = probe;
  const labelled = byDocument + byAnswer;
  const parts = [
    byDocument > 0 ? `${byDocument} name a document of the run` : "",
    byAnswer > 0 ? `${byAnswer} are labelled by the words of their answer` : "",
    withoutEvidence > 0 ? `${withoutEvidence} have no evidence in the documents and don't count` : "",
    negative > 0 ? `${negative} have no answer, by design` : "",
  ].filter((part) => part !== "");
  const found =
    labelled === 0
      ? "nothing can be measured, none of the questions has evidence in the documents"
      : `the evidence is among the first ${k} chunks for ${hits} of ${labelled} labelled questions`;
  return `retrieval probe of ${run}, deciding nothing: ${found} (${total} in the file: ${parts.join(", ")})`;
}
