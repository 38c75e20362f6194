import { afterEach, expect, it } from "vitest";
import { answer } from "#src/slack/listeners/reply";
import { SlackError } from "#src/slack/slack-error";
import { type Releasers, release } from "#test/sandbox/bolt-app";
import { quiet, wire } from "#test/slack/bench";

const releasers: Releasers = [];
afterEach(() => release(releasers));

it("an answer whose newer blocks Slack refuses goes without them, the same way", async () => {
  const { web } = await wire(releasers);
  const tried: string[] = [];
  const refusing = {
    ...web,
    async respond(_url: string, { blocks = [] }: { readonly blocks?: readonly { readonly type: string }[] }) {
      const [first] = blocks;
      tried.push(first?.type ?? "");
      if (first?.type === "table") throw new SlackError("response_url", "HTTP 400", { kind: "expired" }, undefined);
    },
  };
  const place = { user: "U0ROSA", responseUrl: "https://hooks.example/1", channel: "C0RELEASE" };
  await answer({ web: refusing, log: quiet }, place, {
    text: "Where it stands",
    blocks: [{ type: "table", rows: [] }],
    fallback: [{ type: "divider" }],
  });
  expect(tried).toEqual(["table", "divider"]);
});
