import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { OWN_CORPUS } from "#sandbox/demo/sources";

export const STORIES = ["go-live", "blocked", "first", "rollback", "breach", "night"] as const;
export type StoryName = (typeof STORIES)[number];

export type DemoArguments = {
  readonly autopilot: boolean;
  readonly json: boolean;
  readonly fresh: boolean;
  readonly socket: boolean;
  readonly story: StoryName;
  readonly port: number;
  readonly corpus: string;
  readonly gold: string | null;
  readonly dataDir: string;
};

export const USAGE = `npm run demo -- [options]

  (nothing)         a local Slack with the bot in it; prints the page's URL and runs until Ctrl-C
  --autopilot       plays the story without a browser, prints a transcript; exit 0 when it ended as scripted, else 1
  --story NAME      go-live (default): a blocked candidate, then one that goes live and through its canary's two days
                    · blocked · first: no run is live yet · rollback: goes live, and back at night
                    · breach: goes live, goes bad at hour 10 of its canary, and is rolled back by itself
                    · night: a week of nights: smoke green, spoiled and red, the weekly evaluation, a morning
  --json            with --autopilot: one JSON document on stdout
  --corpus DIR      any folder of Markdown instead of the small corpus of the demo; each corpus has a demo of its own
  --gold FILE       gold cases (JSONL) for that corpus: retrieval is probed and reported, nothing is decided by it
  --fresh           forget earlier demos of this corpus
  --socket          Socket Mode instead of signed HTTP
  --port N          port of the page (default: any free one)
  DATABASE_URL      a Postgres superuser's URL: used instead of the embedded server; the demo makes its own databases`;

/** Reads the demo's command line. Throws an Error whose message is for the person at the terminal. */
export function parseDemoArguments(words: readonly string[], root: string): DemoArguments | "help" {
  const { values } = parseArgs({
    args: [...words],
    options: {
      autopilot: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      fresh: { type: "boolean", default: false },
      socket: { type: "boolean", default: false },
      story: { type: "string", default: "go-live" },
      port: { type: "string", default: "0" },
      corpus: { type: "string" },
      gold: { type: "string" },
      data: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  const story = STORIES.find((name) => name === values.story);
  if (story === undefined) throw new Error(`--story takes one of: ${STORIES.join(", ")}.`);
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error("--port takes a number from 0 to 65535.");
  if (values.json && !values.autopilot) throw new Error("--json goes with --autopilot.");
  const corpus = values.corpus === undefined ? OWN_CORPUS : resolve(values.corpus);
  const ownGold = values.corpus === undefined && values.autopilot ? resolve(OWN_CORPUS, "gold.jsonl") : null;
  return {
    autopilot: values.autopilot,
    json: values.json,
    fresh: values.fresh,
    socket: values.socket,
    story,
    port,
    corpus,
    gold: values.gold === undefined ? ownGold : resolve(values.gold),
    dataDir: values.data === undefined ? resolve(root, ".data/demo") : resolve(values.data),
  };
}
