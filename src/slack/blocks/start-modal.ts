import type { KnownBlock, ModalView, PlainTextOption } from "@slack/types";
import type { Pair } from "#src/release/events";
import type { CandidateChoice } from "#src/release/use-cases";
import { carry } from "#src/slack/blocks/carried";
import { context, plain, section } from "#src/slack/blocks/elements";
import { modal } from "#src/slack/blocks/modal";
import { utcTime } from "#src/slack/blocks/times";
import { count, number, pair } from "#src/slack/blocks/words";
import { code, line, plainLine, shorten } from "#src/slack/escape";
import { ACTIONS, CALLBACKS, INPUT_BLOCKS, INPUTS } from "#src/slack/ids";
import { LIMITS } from "#src/slack/limits";

export type StartModalInput = {
  /** The channel the command was typed in. */
  readonly channel: string;
  readonly services: readonly { readonly id: string; readonly title: string }[];
  /** Null: several services, none chosen yet. */
  readonly service: string | null;
  /** What answers now; only read once `runs` is a list. */
  readonly live: Pair | null;
  readonly runs:
    | { readonly kind: "choose-service" }
    | { readonly kind: "loading" }
    | { readonly kind: "list"; readonly candidates: readonly CandidateChoice[] }
    | { readonly kind: "unreadable"; readonly why: string };
};

/**
 * Which service and which run. Opened at once in its `loading` form (a trigger lives 3 s), then updated with the runs.
 * It can be submitted only when there is a run to choose.
 */
export function startModal(input: StartModalInput): ModalView {
  const offered = input.runs.kind === "list" ? input.runs.candidates.filter(mayBeOffered) : [];
  return modal({
    callback: CALLBACKS.start,
    title: "Start a go-live",
    ...(offered.length > 0 ? { submit: "Start" } : {}),
    close: "Never mind",
    carried: carry({ r: "", i: input.service ?? "", s: input.channel }),
    blocks: [...serviceBlocks(input), ...runBlocks(input, offered)],
  });
}

function serviceBlocks({ services, service }: StartModalInput): KnownBlock[] {
  if (services.length < 2) return service === null ? [] : [section(`Service: ${code(service)}`)];
  const options = services.slice(0, LIMITS.select.options).map((one) => option(one.id, `${one.title} (${one.id})`));
  const chosen = options.find((one) => one.value === service);
  return [
    {
      type: "section",
      block_id: INPUT_BLOCKS.service,
      text: { type: "mrkdwn", text: "*Service*" },
      accessory: {
        type: "static_select",
        action_id: ACTIONS.startService,
        placeholder: plain("Which service?", LIMITS.select.placeholder),
        options,
        ...(chosen === undefined ? {} : { initial_option: chosen }),
      },
    },
  ];
}

function runBlocks(input: StartModalInput, offered: readonly CandidateChoice[]): KnownBlock[] {
  const { runs, service } = input;
  const where = code(service ?? "the service");
  switch (runs.kind) {
    case "choose-service":
      return [section("This channel releases several services. Choose one to see its runs.")];
    case "loading":
      return [section(`⏳ Reading the runs of ${where} from its RAG store…`)];
    case "unreadable":
      return [
        section(
          `⚠️ The runs of ${where} could not be read: ${shorten(line(runs.why), 500)}\nNothing was started. Try again in a minute, or name the run: \`/golive start ${shorten(line(service ?? "SERVICE"), 60)} RUN\`.`,
        ),
      ];
    case "list":
      return offered.length === 0 ? emptyBlocks(input, runs.candidates) : listBlocks(input, runs.candidates, offered);
  }
}

function listBlocks(
  { live }: StartModalInput,
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
        text: "Empty: a new run keeps the configuration that is live; otherwise the newest one.",
      },
      element: { type: "plain_text_input", action_id: INPUTS.config, max_length: 200 },
    },
    ...notOffered(all, Math.min(offered.length, LIMITS.select.options)),
  ];
}

function emptyBlocks({ service }: StartModalInput, all: readonly CandidateChoice[]): KnownBlock[] {
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
function mayBeOffered(one: CandidateChoice): boolean {
  return (
    one.state === "complete" && one.run.length > 0 && one.run.isWellFormed() && one.run.length <= LIMITS.option.value
  );
}

function option(value: string, text: string): PlainTextOption {
  return { text: plain(text, LIMITS.option.text), value };
}

function runWords(one: CandidateChoice): string {
  const chunks = one.chunks === null ? "adopted" : count(one.chunks, "chunk");
  const finished = one.finishedAt === null ? "" : ` · ${utcTime(one.finishedAt)}`;
  const live = one.active ? " · live now" : "";
  const tail = ` · ${chunks}${finished}${live}`;
  return `${shorten(plainLine(one.run), LIMITS.option.text - tail.length)}${tail}`;
}
