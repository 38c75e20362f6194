import { expect, test } from "vitest";
import { words } from "#sandbox/page/completions";

test.each([
  ["start [service] [run] | status | rerun <gate> | help", ["start [service] [run]", "status", "rerun <gate>", "help"]],
  ["[start|status|help]", ["start", "status", "help"]],
  ["rerun <gate|all> | help", ["rerun <gate|all>", "help"]],
  ["<run> | previous", ["previous"]],
  ["", []],
])("the words in the usage hint %j", (hint, found) => {
  expect(words(hint).map(({ word, rest }) => (rest ? `${word} ${rest}` : word))).toEqual(found);
});
