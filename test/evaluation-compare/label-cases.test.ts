import { describe, expect, it } from "vitest";
import { createLabelling } from "#src/evaluation/compare/label-cases";
import { gold } from "#test/evaluation-run/records";

const chunk = (id: string, text: string) => ({ id, text });

describe("which questions have their evidence in the documents", () => {
  it("those whose text, quote or file is in one of them, over the border of two chunks too; never a negative", () => {
    const labelling = createLabelling(
      [
        gold("text", { answer: "Invoices are sent on the first Monday of each month" }),
        gold("absent", { answer: "Refunds take eleven working days in Norway" }),
        gold("quote", { answer: "x", quotes: [{ document: "guide.md", quote: "sent on the first Monday" }] }),
        gold("other-file", { answer: "x", quotes: [{ document: "faq.md", quote: "sent on the first Monday" }] }),
        gold("file", { answer: "x", expectedFiles: ["docs/GUIDE.md"] }),
        gold("negative", { answer: "Invoices are sent on the first Monday of each month", answerable: false }),
      ],
      "run-2",
    );
    labelling.look({
      document: "guide.md",
      chunks: [chunk("guide.md#1", "the first Monday of each month."), chunk("guide.md#0", "Invoices are sent on")],
    });
    expect([...labelling.labelled()].sort()).toEqual(["file", "quote", "text"]);
  });

  it("those labelled by chunks of this run, without a look; of another run only when it is seen", () => {
    const chunks = { run: "run-2", ids: ["k7"] };
    const question = gold("c", { answer: "", chunks });
    expect(createLabelling([question], "run-2").labelled().has("c")).toBe(true);
    expect(createLabelling([question], "run-3").labelled().has("c")).toBe(false);
  });
});
