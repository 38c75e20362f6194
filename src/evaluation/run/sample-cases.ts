import type { GoldQuestion } from "#src/evaluation/run/case-record";
import { canonicalJson, sha256 } from "#src/manifest/canonical";

/**
 * A stratified sample of `size` cases, in the order of the file. A stratum is a first tag, answerable or not; each gives its share of
 * the sample by largest remainders, so no stratum is off by a whole case. Within one the cases with the smallest SHA-256 of seed
 * and id are taken: the same seed takes the same cases, and a case that is added to the file moves few others.
 */
export function sampleCases(all: readonly GoldQuestion[], size: number, seed: number): readonly GoldQuestion[] {
  if (size >= all.length) return all;
  const strata = [...Map.groupBy(all, stratumOf)].sort(([a], [b]) => (a < b ? -1 : 1));
  const shares = strata.map(([name, cases]) => {
    const exact = (cases.length * size) / all.length;
    return { name, cases, whole: Math.floor(exact), rest: exact - Math.floor(exact) };
  });
  const left = size - shares.reduce((sum, { whole }) => sum + whole, 0);
  const byRest = [...shares].sort((a, b) => b.rest - a.rest || (a.name < b.name ? -1 : 1));
  const oneMore = new Set(byRest.slice(0, left).map(({ name }) => name));
  const taken = new Set(
    shares.flatMap(({ name, cases, whole }) => drawn(cases, seed).slice(0, whole + (oneMore.has(name) ? 1 : 0))),
  );
  return all.filter((each) => taken.has(each));
}

const stratumOf = ({ answerable, tags }: GoldQuestion): string =>
  `${answerable ? "answerable" : "negative"} ${tags[0]?.toLowerCase() ?? ""}`;

function drawn(cases: readonly GoldQuestion[], seed: number): GoldQuestion[] {
  const order = new Map(cases.map((each) => [each, sha256(canonicalJson([seed, each.id]))]));
  return [...cases].sort((a, b) => ((order.get(a) ?? "") < (order.get(b) ?? "") ? -1 : 1));
}
