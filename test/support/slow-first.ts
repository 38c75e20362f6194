import { BaseSequencer, type TestSequencerConstructor, type TestSpecification } from "vitest/node";

/**
 * Begins with these files (the ends of their paths), in this order, then the others as usual. Left to itself a fresh clone begins with the
 * longest texts, and the run ends with everybody waiting for a short file with a long story.
 */
export function slowFirst(slow: readonly string[]): TestSequencerConstructor {
  const place = ({ moduleId }: TestSpecification): number => {
    const found = slow.findIndex((end) => moduleId.endsWith(end));
    return found === -1 ? slow.length : found;
  };
  return class extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
      const usual = await super.sort(files);
      return usual.toSorted((a, b) => place(a) - place(b));
    }
  };
}
