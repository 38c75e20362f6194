import { KINDS } from "#src/operations/kinds";
import type { ResultNote, SkipsNote } from "#src/operations/notes";
import type { Person } from "#src/release/people";
import { context, type Message, section } from "#src/slack/blocks/elements";
import { VERDICT_WORDS } from "#src/slack/blocks/verdict-words";
import { channelLink, code, escaped, line, mention, shorten } from "#src/slack/escape";
import { BUDGET } from "#src/slack/limits";

/** A result in one line of the week's thread. */
export function operationLine({ operationKind, number, verdict, summary }: ResultNote): Message {
  const text = `${VERDICT_WORDS[verdict]} · ${KINDS[operationKind].title} #${number}: ${line(summary)}`;
  return { text: shorten(text, BUDGET.message.text), blocks: [section(text)] };
}

/** A result that somebody has to see. `onCall`: they are mentioned. */
export function operationResult(note: ResultNote, service: string, onCall: readonly Person[]): Message {
  const { operationKind, number, verdict, summary, operation } = note;
  const title = KINDS[operationKind].title;
  const who = onCall.map(({ id }) => mention(id)).join(" ");
  const text = `${VERDICT_WORDS[verdict]} · ${title} #${number} of ${line(service)}: ${line(summary)}`;
  const next = NEXT[verdict];
  return {
    text: shorten(text, BUDGET.message.text),
    blocks: [
      section(`*${VERDICT_WORDS[verdict]} · ${title} #${number} of ${code(service)}*\n${escaped(summary)}`),
      ...(who === "" ? [] : [section(`${who} ${next}`)]),
      context(`${code(operation)} · ${code("/golive schedule")} shows when it runs again`),
    ],
  };
}

const NEXT: Readonly<Record<ResultNote["verdict"], string>> = {
  pass: "nothing is left to do.",
  fail: "please look at it: what it checks does not hold.",
  inconclusive: "please look at it: it could not be told either way.",
  error: "please look at it: it could not be done.",
};

/** Once, to nobody in particular: what should run by the clock doesn't. */
export function operationSkips({ operationKind, fires, says }: SkipsNote, service: string): Message {
  const title = KINDS[operationKind].title;
  const text = `➖ ${title} of ${line(service)} was skipped ${fires} times in a row, and did not run since.`;
  return {
    text: shorten(text, BUDGET.message.text),
    blocks: [
      section(`*➖ ${title} of ${code(service)} was skipped ${fires} times in a row*\nThe newest: ${line(says)}`),
      context(
        `Further ones are rows of the week's message only · ${code("/golive schedule")} shows when it runs again`,
      ),
    ],
  };
}

/** To each who is on call: nobody sees what the night brings. */
export function operationsUnseen(
  service: string,
  { channel, because }: { readonly channel: string; readonly because: "channel-archived" | "bot-removed" },
): Message {
  const why = because === "channel-archived" ? "is archived" : "no longer has Golive in it";
  const text = `Results of nightly and weekly runs of ${line(service)} can't be shown: ${channelLink(channel)} ${why}. The runs go on. Unarchive it, or invite Golive again; then what is missing is posted.`;
  return { text: shorten(text, BUDGET.message.text), blocks: [section(text)] };
}
