import { type DataQuality, type DataTrace, dataQuality } from "#src/evaluation/oracle/data-quality";
import { type ToolGovernance, type ToolTrace, toolGovernance } from "#src/evaluation/oracle/tool-governance";
import type { CaseRecord } from "#src/evaluation/run/case-record";
import { createConforms } from "#src/evaluation/tool-schemas";
import { readPrefixPattern } from "#src/gates/prefix-pattern";

/** What traces are held against. `prefix`: the ingestion prefix at the beginning of a search text; null: it can't be read here. */
export type TraceBars = { readonly contextBudget: number; readonly prefix: RegExp | null };

/** How the answers say that they were made: the different values of all of them, in order. */
export type MadeWith = {
  readonly fewShotIds: readonly string[];
  readonly models: readonly string[];
  readonly configHashes: readonly string[];
  /** Answers that don't show their few-shot ids. */
  readonly notShown: number;
};

export type TraceFigures = {
  readonly quality: DataQuality;
  readonly tools: ToolGovernance;
  readonly madeWith: MadeWith;
  /** Mean number of candidates before any clamp: what another run's breadth is compared with. Null where nothing shows it. */
  readonly breadth: number | null;
};

/** The bars of a service, as golive.yaml states them. */
export function traceBars(retrieval: {
  readonly context_budget_tokens: number;
  readonly prefix: { readonly pattern: string };
}): TraceBars {
  return { contextBudget: retrieval.context_budget_tokens, prefix: prefixExpression(retrieval.prefix.pattern) };
}

/** The pattern is Postgres's; one that is no expression here, or means something else here, is not used. */
function prefixExpression(pattern: string): RegExp | null {
  const read = readPrefixPattern(pattern);
  if (read.kind === "unusable") return null;
  if (read.kind === "literal") return new RegExp(`^\\s*${escaped(read.operand.trimStart())}`, "u");
  if (/\(\?[a-z]+\)|\[\[|\\[mMyYAZ]/.test(pattern)) return null;
  try {
    return new RegExp(`^(?:${pattern})`, "u");
  } catch {
    return null;
  }
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

/** Gathers what the answers' traces show, trial by trial. Of texts that come again and again one copy is kept. */
export function createTraceFigures({ contextBudget, prefix }: TraceBars) {
  const data: DataTrace[] = [];
  const calls: ToolTrace[] = [];
  const texts = new Map<string, string>();
  const seen = { fewShotIds: new Set<string>(), models: new Set<string>(), configHashes: new Set<string>() };
  let notShown = 0;
  const once = (text: string): string => {
    const known = texts.get(text);
    if (known === undefined) texts.set(text, text);
    return known ?? text;
  };
  return {
    add({ gold, reply }: CaseRecord): void {
      const answer = reply?.answer ?? null;
      if (answer === null) return;
      const { candidates, prompt_audit: audit } = answer;
      data.push({
        contextTokens: answer.context.reduce((sum, { tokens }) => sum + tokens, 0),
        contextBudget,
        searchTexts: prefix === null ? null : answer.snapshot.map(({ bm25_text }) => once(bm25_text)),
        candidates: {
          beforeClamp: candidates.before_clamp,
          beforeDedup: candidates.before_dedup,
          afterDedup: candidates.after_dedup,
        },
      });
      calls.push({ traceId: answer.trace_id ?? gold.id, calls: answer.tool_calls });
      for (const id of audit?.few_shot_ids ?? []) seen.fewShotIds.add(id);
      if ((audit?.few_shot_ids ?? null) === null) notShown += 1;
      if (audit !== null && audit.model !== null) seen.models.add(audit.model);
      if (answer.config_hash !== null) seen.configHashes.add(answer.config_hash);
    },
    /** `baselineBreadth`: the baseline's; null where there is none. */
    figures(baselineBreadth: number | null): TraceFigures {
      const quality = dataQuality(data, { prefix: prefix ?? /(?!)/, baselineBreadth });
      const sorted = (values: ReadonlySet<string>) => [...values].sort();
      return {
        quality,
        tools: toolGovernance(calls, createConforms()),
        madeWith: {
          fewShotIds: sorted(seen.fewShotIds),
          models: sorted(seen.models),
          configHashes: sorted(seen.configHashes),
          notShown,
        },
        breadth: quality.breadth.value,
      };
    },
  };
}
