import type { Checklist } from "#src/release/checklist";
import { namesFrom, refusalText } from "#src/release/refusal-text";
import type { Refusal } from "#src/release/refusals";
import { context, type Message, paragraphs, section } from "#src/slack/blocks/elements";
import { channelLink, code, escaped, line, shorten } from "#src/slack/escape";
import { BUDGET } from "#src/slack/limits";

const HELP: readonly (readonly [usage: string, does: string])[] = [
  [
    "/golive start [service] [run] [config]",
    "starts a go-live: freezes the manifest, runs the checks, asks for the sign-offs",
  ],
  ["/golive status [service]", "what is live, how the release stands, what blocks it and who is asked"],
  ["/golive manifest [service]", "what the open or last release froze: run, configuration, models, code, data"],
  ["/golive rerun [service] <check>|all", "runs a check again"],
  ["/golive cancel [service] [reason]", "ends the open release; what is live stays"],
  ["/golive unlock [service]", "opens a locked service again, with the root cause on record"],
  ["/golive schedule [service]", "what runs by itself: next and last run of each kind, and what was skipped"],
  ["/golive run [service] <kind>", "starts one of those now: smoke, weekly, few-shot, backup, drill, digest"],
  [
    "/golive slo [service]",
    "what the service promises: each SLO with its value, what is left of its error budget, how fast it burns",
  ],
  ["/golive help", "this list"],
  ["/canary status|explain|hold|…", "the watch over a release after its cutover: `/canary help` lists all of it"],
  [
    "/rollback [service] [previous|backup] [--dry-run]",
    "takes a service back to what was live before, or to a backup; without a target it shows what there is",
  ],
];

/** A few sentences for one person: the first one is the entire point. `text` as people write it, not escaped. */
export function sentencesReply(text: string): Message {
  return safeReply(escaped(text));
}

function safeReply(safe: string): Message {
  return { text: shorten(safe.replace(/\s+/g, " ").trim(), BUDGET.message.text), blocks: paragraphs(safe) };
}

/**
 * What, why, who can, what next: the answer to an expected "no". With the release's checklist, items are called by their
 * titles. A channel in the sentence becomes a link to it.
 */
export function refusalReply(refusal: Refusal, checklist: Checklist | null = null): Message {
  const safe = escaped(refusalText(refusal, namesFrom(checklist)));
  const where = refusal.kind === "wrong-channel" || refusal.kind === "shared-channel" ? refusal.channel : "";
  return safeReply(where === "" ? safe : safe.replaceAll(where, channelLink(where)));
}

/** The commands, one line each. */
export function helpReply(): Message {
  const lines = HELP.map(([usage, does]) => `${code(usage)} ${line(does)}`);
  return {
    text: "Golive takes a service live with checks and sign-offs: /golive start, status, manifest, rerun, cancel, unlock, schedule, run, slo, help.",
    blocks: [
      section("*Golive* takes a service into production: checks first, then sign-offs by named people, then one flip."),
      ...paragraphs(lines.join("\n")),
      context(
        "Without a service, the channel's only one is meant. Nothing happens in any channel but the service's own.",
      ),
    ],
  };
}

/** Words that are no command: what was wrong with them, and what was probably meant. */
export function unknownWordsReply(problem: string, nearest: readonly string[], help = "/golive help"): Message {
  const said = shorten(escaped(problem), 1_000);
  const meant = nearest.slice(0, 5).map((command) => code(command, 120));
  const next = meant.length > 0 ? `Did you mean ${meant.join(" or ")}?` : `${code(help)} lists what it knows.`;
  return {
    text: shorten(`${said} ${next} Nothing was done.`, BUDGET.message.text),
    blocks: [section(`${said}\n${next} Nothing was done.`)],
  };
}
