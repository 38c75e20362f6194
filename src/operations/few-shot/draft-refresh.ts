import type { BuiltPool, PoolRules } from "#src/evaluation/few-shot/build-pool";
import { shareOf } from "#src/evaluation/few-shot/cover";
import { poolFileName } from "#src/evaluation/few-shot/pool-name";
import { guardDigest, type Provenance } from "#src/evaluation/few-shot/provenance";
import type { LeakedPair } from "#src/evaluation/leakage/check-leakage";
import type { Choice } from "#src/operations/few-shot/choose-anew";
import { changesFor, type LiveExamples } from "#src/operations/few-shot/live-examples";
import type { ProposalDraft } from "#src/operations/use-cases";
import { digestOf } from "#src/release/hash";

/** As many ids as a sentence names, and as many questions as an evidence does. */
const [NAMED, LISTED] = [3, 20];

export type DraftInput = {
  readonly live: LiveExamples;
  readonly choice: Choice;
  readonly built: BuiltPool;
  readonly rules: PoolRules;
  readonly candidates: { readonly sha256: string; readonly count: number };
  /** SHA-256 of each dataset, and the number of all questions. */
  readonly gold: { readonly sha256: readonly string[]; readonly count: number };
  /** The configured pool's file name, and what leaks in the pool that is live. */
  readonly poolFile: string;
  readonly leaking: readonly LeakedPair[];
  readonly livePoolSize: number | null;
  readonly operation: string;
};

/** Where the choice comes from. */
export function provenanceOf({ live, choice, built, rules }: DraftInput): Provenance {
  return {
    selector: choice.selector,
    seed: rules.seed,
    k: choice.ids.length,
    embedder: live.embedder,
    pool_sha256: choice.pool.sha256,
    ids: choice.ids,
    floor: rules.floor,
    guard_sha256: guardDigest(built.guard),
  };
}

/**
 * The proposal of a choice; null where there is nothing to change: prompts would show the same examples. A pool that changed around them is no
 * reason for a go-live, unless the one that is live leaks.
 */
export function draftRefresh(input: DraftInput): ProposalDraft | null {
  const { live, choice, rules, leaking, operation } = input;
  const isSame = digestOf(choice.ids) === digestOf(live.ids) && (live.selection === "fixed" || isSamePool(input));
  if (isSame && leaking.length === 0) return null;
  const { ids, since, pool, selector } = choice;
  const changes = changesFor(live, { ids, since, pool: pool.sha256, selector, seed: rules.seed });
  if (changes.length === 0) return null;
  return {
    kind: "few-shot-refresh",
    title: titleOf(input),
    operation,
    base: live.base,
    changes,
    needsRun: false,
    evidence: evidenceOf(input),
  };
}

const isSamePool = ({ live, choice }: DraftInput): boolean => choice.pool.sha256 === live.poolSha256;

function titleOf({ live, choice, leaking }: DraftInput): string {
  const [out, into] = exchanged(live.ids, choice.ids);
  if (out.length + into.length === 0)
    return leaking.length > 0 ? "Take a few-shot pool that leaks nothing" : "Take another few-shot pool";
  return `Show other examples in prompts: ${named(into)} for ${named(out)}`;
}

/** Who goes and who comes. */
export function exchanged(before: readonly string[], after: readonly string[]): readonly [string[], string[]] {
  return [before.filter((id) => !after.includes(id)), after.filter((id) => !before.includes(id))];
}

const named = (ids: readonly string[]): string =>
  ids.length === 0
    ? "nothing"
    : ids.length <= NAMED
      ? ids.join(", ")
      : `${ids.slice(0, NAMED).join(", ")} and ${ids.length - NAMED} more`;

function evidenceOf(input: DraftInput): ProposalDraft["evidence"] {
  const { live, choice, built, rules, gold, candidates, livePoolSize } = input;
  const [out, into] = exchanged(live.ids, choice.ids);
  const [before, after] = [shareOf(choice.coverage.before), shareOf(choice.coverage.after)];
  const { model, dimension } = live.embedder;
  const inPool = live.selection === "per-question" ? choice.ids.length : built.entries.length;
  return {
    summary:
      out.length + into.length === 0
        ? `The examples stay as they are; the pool is ${choice.pool.sha256.slice(0, 8)} instead of ${live.poolSha256?.slice(0, 8) ?? "none"}.`
        : `${into.length} of ${choice.ids.length} examples are new (${named(into)} for ${named(out)}): the coverage of the gold questions goes from ${before.toFixed(3)} to ${after.toFixed(3)}.`,
    figures: [
      {
        name: "coverage of the gold questions",
        unit: "share",
        base: before,
        proposed: after,
        interval: null,
        n: gold.count,
      },
    ],
    better: choice.better.slice(0, LISTED),
    worse: choice.worse.slice(0, LISTED),
    how: `Of ${candidates.count} candidates ${inPool} are in the pool${livePoolSize === null ? "" : ` (${livePoolSize} today)`}: quality at least ${rules.floor}, no near duplicates, none leaks one of the ${gold.count} gold questions. Coverage is the cosine of each gold question with its nearest example of its kind, as a mean over tags; ${model} (${dimension}), ${choice.selector}, seed ${rules.seed}.`,
    cautions: cautionsOf(input),
    digest: digestOf({
      base: live.base,
      candidates: candidates.sha256,
      gold: gold.sha256,
      rules,
      embedder: live.embedder,
      selector: choice.selector,
      pool: choice.pool.sha256,
      ids: choice.ids,
      guard: guardDigest(built.guard),
    }),
  };
}

function cautionsOf({ live, choice, built, poolFile, leaking }: DraftInput): readonly string[] {
  const isOther = choice.pool.sha256 !== live.poolSha256;
  const cases = new Set(leaking.map(({ eval_id }) => eval_id)).size;
  const toLookAt = built.guard.review.length + choice.tooNear.length;
  return [
    ...(cases === 0
      ? []
      : [
          `The pool that is live holds ${cases} gold questions or answers, so scores with it are a memory test. The new one holds none.`,
        ]),
    "No answer was asked for: whether answers get better, the go-live's own evaluation decides.",
    "The examples were chosen by their nearness to the gold questions, so scores on these questions may flatter them.",
    ...(isOther
      ? [
          `The service has to have ${poolFileName(poolFile, choice.pool.sha256)} (SHA-256 ${choice.pool.sha256}) before the go-live. When it is accepted, Golive writes it beside the configured pool; ship it from there.`,
        ]
      : []),
    ...(toLookAt === 0
      ? []
      : [`${toLookAt} pairs of pool and gold questions are alike without blocking; golive few-shot check lists them.`]),
  ];
}
