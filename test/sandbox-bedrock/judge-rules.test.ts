import { describe, expect, it } from "vitest";
import { checkClaim, extractClaims } from "#sandbox/bedrock/models/judge";

const PAGE = `## Failed payments

When a payment fails we try again after 3, 7 and 14 days. After 21 days the workspace becomes read-only; after 90 days it is closed.

Nothing is deleted before that. Delivery is at least once and not in order: drop repeats by id.`;

describe("the local judge's rules", () => {
  it.each([
    "When a payment fails we try again after 3, 7 and 14 days",
    "After 21 days the workspace becomes read-only",
    "after 90 days it is closed",
    "Delivery is at least once and not in order",
    "drop repeats by id",
  ])("label what a page says word for word as entailed, whatever stands beside it: %s", (claim) => {
    expect(checkClaim(claim, PAGE)).toBe("Entailment");
  });

  it.each([
    ["After 30 days the workspace becomes read-only", "Contradiction"],
    ["Delivery is at least once and in order", "Contradiction"],
    ["Guests pay nothing for a seat", "Neutral"],
  ])("label another number and an opposite as contradicted, and what is not there as neutral: %s", (claim, label) => {
    expect(checkClaim(claim, PAGE)).toBe(label);
  });

  it("take a sentence apart where it says two things", () => {
    const parts = { question: null, passages: [], reference: null, references: [], claims: [] };
    const answer = "Delivery is at least once and not in order: drop repeats by id; use versions to tell old from new.";
    const said = extractClaims({ ...parts, answer }).map(({ subject, predicate, object }) =>
      [subject, predicate, object].join(" "),
    );
    expect(said).toEqual([
      "Delivery is at least once and not in order",
      "drop repeats by id",
      "use versions to tell old from new",
    ]);
  });
});
