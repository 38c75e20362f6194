import { createHmac } from "node:crypto";
import type { DeliveryFault } from "#sandbox/slack/faults";

/** The headers that prove a request to be Slack's: HMAC-SHA256 over `v0:timestamp:body`. */
export function signatureHeaders(
  secret: string,
  body: string,
  fault: DeliveryFault | null,
): Readonly<Record<string, string>> {
  if (fault?.kind === "unsigned") return {};
  // Real time: the app compares it with its own clock, whatever time the workspace plays.
  const at = Date.now() + (fault?.kind === "misdated" ? fault.byMs : 0);
  const timestamp = String(Math.floor(at / 1000));
  const key = fault?.kind === "wrong-signature" ? `${secret}-not` : secret;
  const digest = createHmac("sha256", key).update(`v0:${timestamp}:${body}`).digest("hex");
  return { "x-slack-request-timestamp": timestamp, "x-slack-signature": `v0=${digest}` };
}
