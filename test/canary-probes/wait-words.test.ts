import { describe, expect, it } from "vitest";
import { canaryViewJson } from "#src/cli/canary-json";
import { canaryViewText } from "#src/cli/canary-text";
import { canaryStatusReply } from "#src/slack/blocks/canary-status";
import { viewOf } from "#test/canary-words/view";
import * as w from "#test/release/world";

const says = "The gold file can't be used: <!channel> is gone.";

describe("a reason for which no question is asked", () => {
  it("stands in the status, in Slack and on the command line, and pings nobody", () => {
    const view = { ...viewOf(), probesWait: says };
    expect(canaryViewText(view, w.T0)).toContain(`No questions are asked: ${says}`);
    expect(canaryViewJson(true, view).questions).toMatchObject({ wait: says });
    const slack = JSON.stringify(canaryStatusReply(view));
    expect(slack).toContain("No questions are asked: The gold file can't be used: &lt;!channel&gt; is gone.");
  });

  it("is not there where nothing is in the way", () => {
    expect(canaryViewText(viewOf(), w.T0)).not.toContain("No questions");
    expect(JSON.stringify(canaryStatusReply(viewOf()))).not.toContain("No questions");
  });
});
