import type { TimedHouse } from "#sandbox/demo/pass-time";
import { readLive } from "#sandbox/demo/populate";
import type { Knobs } from "#sandbox/rag-service/knobs";

/** A way to spoil the candidate, by a knob of the RAG service. */
export type Spoiler = {
  readonly id: string;
  readonly label: string;
  readonly about: string;
  readonly knobs: Partial<Knobs>;
  /** The KPI in which it shows. */
  readonly kpi: string;
};

export const SPOILERS = {
  slow: {
    id: "spoil-slow",
    label: "Spoil: twice as slow",
    about: "The candidate's answers take twice as long",
    knobs: { slowdown: 2 },
    kpi: "p95_latency",
  },
  leak: {
    id: "spoil-leak",
    label: "Spoil: leaked prefix",
    about: "The ingestion prefix stands in what the candidate searches",
    knobs: { leakPrefix: true },
    kpi: "prefix_leakage",
  },
  clamp: {
    id: "spoil-clamp",
    label: "Spoil: clamped search",
    about: "The candidate's search finds five chunks, whatever is asked",
    knobs: { silentClamp: 5 },
    kpi: "snapshot_breadth",
  },
  constant: {
    id: "spoil-constant",
    label: "Spoil: one answer to all",
    about: "The candidate answers everything with the same sentence",
    knobs: { constantAnswer: "The documentation describes this in detail." },
    kpi: "f1",
  },
} as const satisfies Readonly<Record<string, Spoiler>>;

/** Spoils what is live and nothing else. Returns its run; null: nothing is live. */
export async function spoil(
  house: Pick<TimedHouse, "ragUrl" | "ragService">,
  { knobs }: Spoiler,
): Promise<string | null> {
  const live = await readLive(house.ragUrl);
  if (live === null) return null;
  house.ragService.behave();
  house.ragService.misbehave({ ...knobs, onlyRun: live.run });
  return live.run;
}
