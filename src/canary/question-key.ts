import { createHash } from "node:crypto";

/** 128 bits of SHA-256 as hex: a question's text may be longer than an index row. */
export const questionKey = (question: string): string =>
  createHash("sha256").update(question, "utf8").digest("hex").slice(0, 32);
