import { expect, test } from "vitest";
import { createLog } from "#src/log";

function logged(act: (log: ReturnType<typeof createLog>) => void): string {
  let text = "";
  act(createLog({ level: "trace", secrets: ["s3cr3t-value"], write: (line) => (text += line) }));
  return text;
}

test("a token nested three levels deep never reaches the line", () => {
  const text = logged((log) => log.info({ a: { b: { c: "xoxb-1234567890-abcdef" } } }, "sent"));
  expect(text).toContain("sent");
  expect(text).not.toContain("xoxb-1234567890");
});

test("a password in an error's message and stack is replaced", () => {
  const text = logged((log) => log.error({ err: new Error("connect postgres://golive:hunter2@db/x failed") }, "down"));
  expect(text).not.toContain("hunter2");
  expect(text).toContain("postgres://golive:[password]@db/x");
});

test("a known secret's exact value is replaced wherever it stands", () => {
  expect(logged((log) => log.warn("key s3cr3t-value used"))).not.toContain("s3cr3t-value");
});
