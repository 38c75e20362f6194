import type { KnownBlock } from "@slack/types";
import type { Pair } from "#src/release/events";
import type { CandidateChoice } from "#src/release/use-cases";
import { context, option, plain, section } from "#src/slack/blocks/elements";
import { utcTime } from "#src/slack/blocks/times";
import { count, number, pair } from "#src/slack/blocks/words";
import { code, line, plainLine, shorten } from "#src/slack/escape";
import { INPUT_BLOCKS, INPUTS } from "#src/slack/ids";
import { LIMITS } from "#src/slack/limits";

/** The runs to choose from; or, when none can go live, why and what to do. */
export function runListBlocks(
  service: string | null,
  live: Pair | null,
  all: readonly CandidateChoice[],
): KnownBlock[] {
  const offered = all.filter(mayBeOffered);
  return offered.length === 0 ? emptyBlocks(service, all) : listBlocks(live, all, offered);
}

function listBlocks(
  live: Pair | null,
  all: readonly CandidateChoice[],
  offered: readonly CandidateChoice[],
): KnownBlock[] {
  const options = offered.slice(0, LIMITS.select.options).map((one) => option(one.run, runWords(one)));
  const newest = offered.find((one) => !one.active);
  const first = options.find((one) => one.value === newest?.run);
  return [
    section(live === null ? "Nothing is live yet: this would be the first go-live." : `Live now: ${pair(live)}`),
    {
      type: "input",
      block_id: INPUT_BLOCKS.run,
      label: { type: "plain_text", text: "Run to take live" },
      element: {
        type: "static_select",
        action_id: INPUTS.run,
        placeholder: plain("Which run?", LIMITS.select.placeholder),
        options,
        ...(first === undefined ? {} : { initial_option: first }),
      },
    },
    {
      type: "input",
      block_id: INPUT_BLOCKS.config,
      optional: true,
      label: { type: "plain_text", text: "Configuration version" },
      hint: {
        type: "plain_text",
        text: "Empty: the configuration that is live stays. To take another one live with the same run, name it.",
      },
      element: { type: "plain_text_input", action_id: INPUTS.config, max_length: 200 },
    },
    ...notOffered(all, Math.min(offered.length, LIMITS.select.options)),
  ];
}

function emptyBlocks(service: string | null, all: readonly CandidateChoice[]): KnownBlock[] {
  const where = code(service ?? "the service");
  const found = all.length === 0 ? "no run at all" : `${count(all.length, "run")}, none of them complete`;
  return [
    section(
      `No run of ${where} can go live: its RAG store has ${found}.\nFinish an ingestion, or record a run that was ingested before Golive was there: \`golive run adopt RUN --service ${shorten(line(service ?? "SERVICE"), 60)}\`.`,
    ),
    ...notOffered(all, 0),
  ];
}

/** Runs that are there but can't be chosen are counted, with the reason. */
function notOffered(all: readonly CandidateChoice[], offered: number): KnownBlock[] {
  const incomplete = all.filter((one) => one.state === "incomplete").map((one) => code(one.run, 50));
  const others = all.length - incomplete.length - offered;
  const lines = [
    ...(incomplete.length > 0
      ? [
          `Incomplete, so not offered: ${incomplete.slice(0, 5).join(", ")}${incomplete.length > 5 ? ` and ${number(incomplete.length - 5)} more` : ""}`,
        ]
      : []),
    ...(others > 0 ? [`${count(others, "run")} more can only be named: \`/golive start SERVICE RUN\``] : []),
  ];
  return lines.length === 0 ? [] : [context(lines.join("\n"))];
}

/** The live run stays on offer: a configuration can go live on it. */
export function mayBeOffered(one: CandidateChoice): boolean {
  return (
    one.state === "complete" && one.run.length > 0 && one.run.isWellFormed() && one.run.length <= LIMITS.option.value
  );
}

function runWords(one: CandidateChoice): string {
  const chunks = one.chunks === null ? "adopted" : count(one.chunks, "chunk");
  const finished = one.finishedAt === null ? "" : ` · ${utcTime(one.finishedAt)}`;
  const live = one.active ? " · live now" : "";
  const tail = ` · ${chunks}${finished}${live}`;
  return `${shorten(plainLine(one.run), LIMITS.option.text - tail.length)}${tail}`;
}
