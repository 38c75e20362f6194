import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NameError, quoteIdentifier, quoteTable, splitTableName } from "#src/rag/quote";

describe("quoteIdentifier", () => {
  it("doubles quotes and leaves everything else as it stands", () => {
    expect(quoteIdentifier(`we;ird ""table`)).toBe(`"we;ird """"table"`);
    expect(quoteIdentifier("a.b")).toBe(`"a.b"`);
  });

  it("refuses what Postgres would refuse or cut silently", () => {
    for (const bad of ["", "a\0b", "x".repeat(64), "ü".repeat(32), "\ud800"]) {
      expect(() => quoteIdentifier(bad)).toThrow(NameError);
    }
    expect(quoteIdentifier("x".repeat(63))).toHaveLength(65);
  });

  it("can be read back to the same name for any name", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 15 }), (name) => {
        fc.pre(!name.includes("\0"));
        const quoted = quoteIdentifier(name);
        expect(quoted.slice(1, -1).replaceAll('""', '"')).toBe(name);
        // No lone quote inside: nothing can leave the identifier.
        expect(quoted.slice(1, -1).replaceAll('""', "")).not.toContain('"');
      }),
    );
  });
});

describe("quoteTable", () => {
  it("splits at the first dot outside quotes", () => {
    expect(quoteTable("chunks")).toBe(`"chunks"`);
    expect(quoteTable("rag.Chunks")).toBe(`"rag"."Chunks"`);
    expect(quoteTable(`rag."we;ird ""table"""`)).toBe(`"rag"."we;ird ""table"""`);
    expect(quoteTable(`"a.b".c.d`)).toBe(`"a.b"."c.d"`);
    expect(quoteTable(`x"; DROP TABLE y; --`)).toBe(`"x""; DROP TABLE y; --"`);
  });

  it("refuses empty parts, unclosed quotes and a third quoted part", () => {
    for (const bad of ["", ".a", "a.", `""`, `"a`, `"a"b`, `"a"."b"."c"`, `a."b`, `a."b"c`]) {
      expect(() => quoteTable(bad), bad).toThrow(NameError);
    }
  });

  it("reads back what a person wrote in quotes, for any two names", () => {
    const name = fc.string({ unit: "binary", minLength: 1, maxLength: 15 }).filter((each) => !each.includes("\0"));
    fc.assert(
      fc.property(name, name, (schema, table) => {
        expect(splitTableName(`${quoteIdentifier(schema)}.${quoteIdentifier(table)}`)).toEqual([schema, table]);
      }),
    );
  });
});
