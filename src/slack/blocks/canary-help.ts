import { context, type Message, paragraphs, section } from "#src/slack/blocks/elements";
import { code, line } from "#src/slack/escape";

const HELP: readonly (readonly [usage: string, does: string])[] = [
  ["/canary status [service]", "every KPI, the hours that count, the traffic, and what comes next"],
  ["/canary explain [service] <kpi>", "why a KPI stands as it does, in plain words"],
  ["/canary acknowledge [service] <kpi>", "you have seen a breach and take care of it: it is not escalated further"],
  ["/canary mute [service] <kpi> [hours]", "says nothing more of a breach for 1 to 24 hours; its policy goes on"],
  ["/canary escalate [service] <kpi>", "tells a breach to the next people now"],
  ["/canary hold [service] [reason]", "what was found so far rolls nothing back by itself"],
  ["/canary pause|resume [service] [reason]", "stops the watch, or lets it go on"],
  ["/canary extend [service] <hours> [reason]", "watches for 1 to 120 more hours with data on both arms"],
  ["/canary promote [service] [reason]", "ends it in favour of the candidate; over a breach that is a waiver"],
  ["/canary abort [service] [reason]", "rolls back now"],
];

/** The commands, one line each. */
export function canaryHelpReply(): Message {
  return {
    text: "A canary watches a release for 48 hours after its cutover: /canary status, explain, acknowledge, mute, escalate, hold, pause, resume, extend, promote, abort, help.",
    blocks: [
      section("A *canary* watches what went live beside what was live before. It begins by itself after a cutover."),
      ...paragraphs(HELP.map(([usage, does]) => `${code(usage)} ${line(does)}`).join("\n")),
      context("Without a service, the channel's only one is meant. Without a reason, a window asks for it."),
    ],
  };
}
