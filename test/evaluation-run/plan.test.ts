import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makePlan, REPEATED_CASES } from "#src/evaluation/run/make-plan";
import { sampleCases } from "#src/evaluation/run/sample-cases";
import { gold, plan } from "#test/evaluation-run/records";

const cases = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    gold(`c${index}`, { tags: [["billing", "sign-in", "api"][index % 3] ?? ""], answerable: index % 10 !== 0 }),
  );

describe("a stratified sample", () => {
  it("has the wanted size, and every stratum its share to less than one case", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 0, max: 220 }),
        fc.integer(),
        (all, size, seed) => {
          const population = cases(all);
          const sample = sampleCases(population, size, seed);
          expect(sample).toHaveLength(Math.min(size, all));
          expect(sample).toEqual(population.filter((each) => sample.includes(each)));
          const stratum = (of: readonly (typeof population)[number][], tag: string, answerable: boolean) =>
            of.filter((each) => each.tags[0] === tag && each.answerable === answerable).length;
          for (const tag of ["billing", "sign-in", "api"]) {
            for (const answerable of [true, false]) {
              const share = (stratum(population, tag, answerable) * Math.min(size, all)) / all;
              expect(Math.abs(stratum(sample, tag, answerable) - share)).toBeLessThan(1);
            }
          }
        },
      ),
    );
  });

  it("is the same for the same seed, another one for another seed, and hardly moved by a new case", () => {
    const population = cases(100);
    const ids = (of: typeof population, seed: number) => sampleCases(of, 30, seed).map(({ id }) => id);
    expect(ids(population, 42)).toEqual(ids([...population], 42));
    expect(ids(population, 42)).not.toEqual(ids(population, 43));
    const kept = ids([...population, gold("new", { tags: ["billing"] })], 42).filter((id) =>
      ids(population, 42).includes(id),
    );
    expect(kept.length).toBeGreaterThanOrEqual(28);
  });
});

describe("a plan", () => {
  const file = { sha256: "b".repeat(64), questions: cases(60) };
  const { service, pair, manifest, epoch } = plan([]);
  const wanted = {
    service,
    pair,
    manifest,
    epoch,
    stable: false,
    file: "gold.jsonl",
    sample: null,
    seed: 42,
    repeat: 1,
  };

  it("asks every case once, in the order of the file", () => {
    const made = makePlan(file, wanted);
    expect(made.trials.map((trial) => [trial.gold.id, trial.repeat])).toEqual(file.questions.map(({ id }) => [id, 0]));
    expect(made.plan).toMatchObject({ repeated: [], sample: null, gold: { cases: 60 } });
  });

  it("asks a sample of them again when repeats are wanted, after all others", () => {
    const { plan: made, trials } = makePlan(file, { ...wanted, repeat: 3 });
    expect(trials).toHaveLength(60 + 2 * REPEATED_CASES);
    expect(trials.slice(60).map(({ repeat }) => repeat)).toEqual([
      ...Array.from({ length: REPEATED_CASES }, () => 1),
      ...Array.from({ length: REPEATED_CASES }, () => 2),
    ]);
    expect(made.repeated).toEqual(trials.slice(60, 60 + REPEATED_CASES).map((trial) => trial.gold.id));
  });
});
