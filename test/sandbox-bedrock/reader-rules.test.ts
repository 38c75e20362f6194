import { describe, expect, it } from "vitest";
import { readPassages } from "#sandbox/bedrock/models/reader";

const PAGE = `## Links

For each link you can set

- an expiry: 7 days unless you change it;
- a password.

## Lost phones

A workspace owner can reset your factors. The reset waits for 24 hours.

| plan | phones |
|---|---|
| Reef | lost |`;

const read = (question: string, ...texts: string[]) =>
  readPassages(
    {
      question,
      passages: texts.map((text, at) => ({ id: String(at + 1), text })),
      answer: null,
      reference: null,
      references: [],
      claims: [],
    },
    null,
  ).text;

describe("the local reader's rules", () => {
  it("quote the sentence under a heading, never the heading or a row of a table", () => {
    const said = read("Can a workspace owner help with lost phones?", PAGE);
    expect(said).toContain("A workspace owner can reset your factors. [1]");
    expect(said).not.toMatch(/Lost phones|\|/);
  });

  it("know what a list's item is about by the words that lead into the list", () => {
    expect(read("Which expiry can a link have?", PAGE)).toBe("an expiry: 7 days unless you change it. [1]");
  });

  it("prefer a sentence with an amount where one is asked for", () => {
    const text = "The reset of factors is for owners. The reset of factors waits for 24 hours.";
    expect(read("How long does a reset of factors wait?", text)).toContain("24 hours");
    expect(read("When is a reset of factors done?", text)).toBe("The reset of factors waits for 24 hours. [1]");
  });

  it("say that they don't know what no passage tells", () => {
    expect(read("Which printers are supported?", PAGE)).toMatch(/^I don't know/);
  });
});
