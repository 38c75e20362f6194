import type { KnownBlock, ModalView } from "@slack/types";
import type { Pair } from "#src/release/events";
import type { CandidateChoice } from "#src/release/use-cases";
import { carry } from "#src/slack/blocks/carried";
import { context, option, plain, section } from "#src/slack/blocks/elements";
import { modal } from "#src/slack/blocks/modal";
import { mayBeOffered, runListBlocks } from "#src/slack/blocks/start-runs";
import { number } from "#src/slack/blocks/words";
import { code, line, shorten } from "#src/slack/escape";
import { ACTIONS, CALLBACKS, INPUT_BLOCKS } from "#src/slack/ids";
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
  const startable = input.runs.kind === "list" && input.runs.candidates.some(mayBeOffered);
  return modal({
    callback: CALLBACKS.start,
    title: "Start a go-live",
    ...(startable ? { submit: "Start" } : {}),
    close: "Never mind",
    carried: carry({ r: "", i: input.service ?? "", s: input.channel }),
    blocks: [...serviceBlocks(input), ...runBlocks(input)],
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
    ...(services.length > options.length
      ? [context(`${number(services.length - options.length)} more services: name one with \`/golive start SERVICE\``)]
      : []),
  ];
}

function runBlocks({ runs, service, live }: StartModalInput): KnownBlock[] {
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
      return runListBlocks(service, live, runs.candidates);
  }
}
