import { EXIT, type ExitCode, type Io, printJson } from "#src/cli/io";
import { namesFrom, type RefusalNames, refusalText } from "#src/release/refusal-text";
import type { Refusal } from "#src/release/refusals";

/** Things are named as one types them here: sign-offs and checks by their id, commands as the shell knows them. */
const NAMES: RefusalNames = {
  ...namesFrom(null),
  command: (what) => (what === "schedule" ? "`golive schedule`" : `\`golive release ${what}\``),
  startWith: (run) => `\`golive release start --run ${run} --config VERSION\``,
};

/**
 * An expected "no" on a terminal: a sentence on stderr, or one document on stdout with the refusal's own facts.
 * `withSlack`: whether Slack was asked who people are.
 */
export function printRefusal(
  io: Io,
  refusal: Refusal,
  options: { readonly json: boolean; readonly withSlack: boolean },
): ExitCode {
  const sentence = refusalSentence(refusal, options.withSlack);
  const { kind, ...details } = refusal;
  if (options.json) printJson(io, { ok: false, error: kind, sentence, details });
  else io.err(`${sentence}\n`);
  // A name that isn't on the list is a typing error, every other "no" is an answer.
  return TYPING.has(kind) ? EXIT.usage : EXIT.failed;
}

const TYPING: ReadonlySet<Refusal["kind"]> = new Set(["unknown-item", "kpi-unknown", "hours-invalid"]);

/** An expected "no" in a sentence, with the names that the shell knows. */
export function refusalSentence(refusal: Refusal, withSlack: boolean): string {
  const text = refusalText(refusal, NAMES);
  if (withSlack) return text;
  if (refusal.kind === "role-unresolved") {
    return (
      `Nothing was done: without Slack nobody can tell who is in ${refusal.roles.join(", ")}, because golive.yaml names user ` +
      "groups there, and Golive doesn't guess. Set SLACK_BOT_TOKEN so that Slack is asked, or name users instead of groups."
    );
  }
  if (refusal.kind === "not-a-member" && refusal.actor.kind === "unknown") {
    return (
      `You can't ${refusal.wanted}: no role in golive.yaml names ${refusal.actor.id} as a user, and Slack was not asked. Nothing ` +
      "was done. Check the id after --as, or set SLACK_BOT_TOKEN so that Slack says who is in the user groups."
    );
  }
  return text;
}
