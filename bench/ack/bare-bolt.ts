import { App, HTTPReceiver } from "@slack/bolt";

// What the ack is held against: Bolt with its own HTTP receiver, signatures verified, and handlers that only
// acknowledge. A process of its own, as the product is. Prints its port.

const signingSecret = process.env.SLACK_SIGNING_SECRET ?? "";
const receiver = new HTTPReceiver({ signingSecret });
const app = new App({
  receiver,
  authorize: async () => ({ botToken: "xoxb-bench", botId: "B0BENCH", botUserId: "U0BENCH" }),
  convoStore: false,
});
app.command(/.*/, async ({ ack }) => ack());
app.action(/.*/, async ({ ack }) => ack());

const server = await receiver.start({ port: 0, host: "127.0.0.1" });
const address = server.address();
process.send?.(typeof address === "object" ? (address?.port ?? null) : null);
process.once("disconnect", () => process.exit(0));
