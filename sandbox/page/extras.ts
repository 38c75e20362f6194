import type { Done, SandboxFile } from "#sandbox/slack/model";

/** What the page may show besides the workspace. */
export type Extras = {
  /** One sentence at the top, e.g. what to type first. */
  readonly hint?: string;
  /** What an empty channel says to do first. Default: the hint. */
  readonly empty?: string;
  /** Uploaded files by id, for `slack_file` images that no message carries. */
  readonly file?: (id: string) => SandboxFile | undefined;
  /** Buttons in the rail that play with the sandbox itself: a rate limit, an outage, a leap of the clock. */
  readonly controls?: readonly Control[];
  /** Epoch ms; what "now", "today" and "3 minutes ago" are counted from. Default: the machine's clock. */
  readonly now?: () => number;
};

export type Control = {
  readonly id: string;
  readonly label: string;
  readonly about: string;
  /** `by`: user id of the person at the page, `channel`: the one they look at. */
  run(by: string, channel: string): Promise<ControlDone>;
};

/** `said`: how it ended, shown where a failure would be. */
export type ControlDone = Done & { readonly said?: string };
