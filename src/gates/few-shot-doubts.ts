import { type Doubt, doubt } from "#src/gates/service-probe";

type Configured = {
  readonly fewShotIds: readonly string[];
  /** Whether each question gets examples of its own out of `fewShotIds`, or all of them. */
  readonly fewShotSelection: "fixed" | "per-question";
};

/** All that are configured, in whatever order; where each question has its own, at least one, and none besides. */
export function fewShotDoubts(
  shown: readonly string[] | null,
  { fewShotIds: known, fewShotSelection }: Configured,
): readonly Doubt[] {
  if (shown === null) return [doubt.unshown("few_shot_ids:not-shown", "the few-shot ids are not shown")];
  const strangers = shown.filter((id) => !known.includes(id));
  if (strangers.length > 0) {
    const which = `${strangers.slice(0, 3).join(", ")} ${strangers.length === 1 ? "is" : "are"}`;
    return [doubt.fail("few_shot_ids:other", `few-shot ${which} not in the configuration`)];
  }
  if (new Set(shown).size < shown.length) {
    return [doubt.fail("few_shot_ids:doubled", "a few-shot example is in the prompt more than once")];
  }
  if (fewShotSelection === "per-question") {
    return shown.length > 0 || known.length === 0
      ? []
      : [
          doubt.fail(
            "few_shot_ids:none",
            "no few-shot example is in the prompt, though they are selected per question",
          ),
        ];
  }
  const left = known.filter((id) => !shown.includes(id));
  return left.length === 0
    ? []
    : [
        doubt.fail(
          "few_shot_ids:left-out",
          `${left.length} of the ${known.length} configured few-shot examples are not in the prompt (${left.slice(0, 3).join(", ")})`,
        ),
      ];
}
