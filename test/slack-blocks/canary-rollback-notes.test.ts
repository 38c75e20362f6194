import { expect, test } from "vitest";
import { canaryNoteMessage } from "#src/slack/blocks/canary-notes";
import { readText } from "#test/slack-blocks/check-limits";
import { dan } from "#test/slack-blocks/fixtures";

const told = (note: Parameters<typeof canaryNoteMessage>[0], to: "thread" | "person") =>
  readText(JSON.parse(JSON.stringify(canaryNoteMessage(note, { service: "docs", to, kpis: [] }).blocks)));

test("a rollback that was given up says why and what to type, and mentions who may roll back in the thread alone", () => {
  const note = { kind: "canary-rollback-given-up", says: "The chunks are damaged.", who: [dan] } as const;
  expect(told(note, "thread")).toContain("*Golive has given up*: The chunks are damaged.");
  expect(told(note, "thread")).toContain("`/rollback docs`");
  expect(told(note, "thread")).toContain(`<@${dan.id}>: somebody has to roll back.`);
  expect(told(note, "person")).not.toContain("<@");
});

test("a rollback that begins after all is named", () => {
  expect(told({ kind: "canary-rollback-begun", rollback: "rb_1" }, "thread")).toContain(
    "`rb_1` has a message of its own",
  );
});
