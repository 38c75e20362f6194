import { ingestNext } from "#sandbox/demo/populate";
import type { Control, ControlDone, Extras } from "#sandbox/page/extras";
import type { Faults } from "#sandbox/rag/faults";
import type { Ingested } from "#sandbox/rag/ingest";

/** What the demo's page shows besides the workspace: what to type first, and the ingestion of another candidate. */
export function demoExtras(
  ragUrl: string,
  corpus: string,
  more: Pick<Extras, "now"> & { readonly controls?: readonly Control[] } = {},
): Extras {
  return {
    ...(more.now === undefined ? {} : { now: more.now }),
    empty: "Type /golive start in #release to begin a go-live. To sign, act as somebody else in the list at the left.",
    controls: [...candidateControls(ragUrl, corpus), ...(more.controls ?? [])],
  };
}

/** After a cutover, or a leak, the story goes on with another run. One ingestion at a time: they number their runs. */
function candidateControls(ragUrl: string, corpus: string): readonly Control[] {
  let busy = false;
  const ingestion = (faults: Faults, words: (done: Ingested) => string) => async (): Promise<ControlDone> => {
    if (busy) return { ok: false, error: "An ingestion is under way already. Wait until it has said how it ended." };
    busy = true;
    try {
      return {
        ok: true,
        said: `${words(await ingestNext(ragUrl, corpus, faults))} Now type /golive start in #release.`,
      };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { ok: false, error: `The candidate could not be ingested: ${why}` };
    } finally {
      busy = false;
    }
  };
  return [
    {
      id: "ingest-clean",
      label: "Ingest a clean candidate",
      about: "The corpus as another run that can go live",
      run: ingestion({}, ({ run, chunks }) => `${run} is ingested: ${chunks} chunks, clean.`),
    },
    {
      id: "ingest-leaking",
      label: "Ingest a leaking candidate",
      about: "The corpus as another run, with the ingestion prefix in three of its search texts",
      run: ingestion(
        { leakPrefix: 3 },
        ({ run, chunks }) => `${run} is ingested: ${chunks} chunks, 3 of them leak the ingestion prefix.`,
      ),
    },
  ];
}
