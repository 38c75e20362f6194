import type { KnownSlo, SloFamily, SloKind } from "#src/operations/slo/slo";

type Named = { readonly title: string; readonly family: SloFamily; readonly kind: SloKind };

/** What each SLO is called, where it belongs, and how it is counted (docs/slo.md). */
export const NAMED: Readonly<Record<KnownSlo, Named>> = {
  oracle_prefilter: { title: "Gold evidence retrieved", family: "accuracy", kind: "sample" },
  reader_used_gold: { title: "Reader used gold", family: "accuracy", kind: "sample" },
  dev_set: { title: "Dev set not worse", family: "accuracy", kind: "compared" },
  answered: { title: "Requests answered", family: "reliability", kind: "ratio" },
  hard_timeouts: { title: "Hard timeouts in evaluations", family: "reliability", kind: "zero" },
  tool_retries: { title: "Tool-call retries", family: "reliability", kind: "ratio" },
  degradation: { title: "Answers under overload", family: "reliability", kind: "ratio" },
  p95_latency: { title: "p95 latency", family: "performance", kind: "ratio" },
  embedding_latency: { title: "p95 embedding", family: "performance", kind: "ratio" },
  throughput: { title: "Throughput at peak", family: "performance", kind: "ratio" },
  prompt_audit: { title: "Prompt audit and manifest", family: "governance", kind: "zero" },
  few_shot_leakage: { title: "No eval items in few-shot pool", family: "governance", kind: "zero" },
  audit_trail: { title: "Audit trail complete", family: "governance", kind: "zero" },
};

const isKnown = (id: string): id is KnownSlo => Object.hasOwn(NAMED, id);

/** An id that an older version wrote keeps its own name. */
export const sloTitle = (id: string): string => (isKnown(id) ? NAMED[id].title : id);
