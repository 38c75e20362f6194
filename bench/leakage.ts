import type { Example } from "#src/evaluation/leakage/example";
import { charGrams, normalise } from "#src/evaluation/leakage/normalise";
import { countCommon } from "#src/evaluation/leakage/similar-pairs";
import { CONTAINMENT, findSimilarQuestions, JACCARD } from "#src/evaluation/leakage/similar-questions";
import { median } from "./statistics.ts";

/** Milliseconds. `same`: both found exactly the same pairs. */
export type LeakageBench = {
  readonly entries: number;
  readonly pairs: number;
  readonly oursMs: number;
  readonly allPairsMs: number;
  readonly ratio: number;
  readonly same: boolean;
};

/** The leakage guard's whole work on questions, from their texts to findings, against comparing every question with every other. */
export function benchLeakage({ entries = 2_000, rounds = 3 } = {}): LeakageBench {
  const pool = questions(entries, 0).map(toExample);
  // Every tenth stands in the pool too, a little changed.
  const evaluation = questions(entries, 7).map((text, index) => toExample(index % 10 === 0 ? variant(index) : text));
  const [ours, peer]: [number[], number[]] = [[], []];
  let [found, expected]: [string[], string[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    const findings = findSimilarQuestions(pool, evaluation);
    const middle = performance.now();
    expected = allPairs(pool, evaluation);
    ours.push(middle - start);
    peer.push(performance.now() - middle);
    found = findings.map((finding) => `${finding.pool} ${finding.evaluation}`);
  }
  const [oursMs, allPairsMs] = [median(ours), median(peer)];
  const same = found.sort().join() === expected.sort().join();
  return { entries, pairs: expected.length, oursMs, allPairsMs, ratio: oursMs / allPairsMs, same };
}

function toExample(question: string): Example {
  return { id: question, question, answers: [], text: question, sources: [], span: null, embedding: null };
}

function allPairs(pool: readonly Example[], evaluation: readonly Example[]): string[] {
  const [as, bs] = [pool, evaluation].map((list) => list.map(({ question }) => charGrams(normalise(question))));
  return (as ?? []).flatMap((left, a) =>
    (bs ?? []).flatMap((right, b) => {
      const common = countCommon(left, right);
      const containment = common / Math.min(left.size, right.size);
      const jaccard = common / (left.size + right.size - common);
      return containment >= CONTAINMENT || jaccard >= JACCARD ? [`${a} ${b}`] : [];
    }),
  );
}

const FORMS =
  "How do I|Where can I|Which team may|Why does the bot|When should we|Who has to|What happens if I|Is it safe to".split(
    "|",
  );
const VERBS =
  "rotate|export|restore|compare|schedule|archive|approve|reindex|mute|verify|unlock|inspect|replay|tune|migrate|pause|resume|sign|revoke|label".split(
    "|",
  );
const THINGS =
  "signing key|audit trail|canary window|chunk table|prompt record|token budget|smoke suite|manifest|vector index|few-shot pool|waiver|freeze window|incident document|baseline|snapshot|trace batch|health gate|retry policy|embedding model|access role|alert channel|pointer row|restore script|cost report".split(
    "|",
  );
const WHERE =
  "after a rollback|on a replica|before the weekend|without downtime|for one tenant|in the demo|by hand|during a release|from the command line|when Slack is down|with two approvers|under load|in another region|for a new service|while jobs are queued|as a guest".split(
    "|",
  );

/** Questions as those of one company are: made of the same words, each about something else. The same for the same seed. */
function questions(count: number, seed: number): string[] {
  return Array.from({ length: count }, (_, n) => question(n, seed));
}

function question(n: number, seed: number): string {
  const pick = (from: readonly string[], salt: number) => from[scramble(n, seed * 8 + salt) % from.length] ?? "";
  return `${pick(FORMS, 1)} ${pick(VERBS, 2)} the ${pick(THINGS, 3)} of the ${pick(THINGS, 4)} ${pick(WHERE, 5)}?`;
}

/** Numbers that look like chance and are none (the finaliser of MurmurHash3). */
function scramble(n: number, salt: number): number {
  let hash = Math.imul(n + 1, 0x9e3779b1) ^ Math.imul(salt + 1, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const variant = (index: number): string => `Please: ${question(index, 0).replace(" the ", " a ")}`;
