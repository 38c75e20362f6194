/**
 * Slack's limits, each in one place. Characters are UTF-16 units: Slack counts code points in some fields, and a string
 * is never longer in code points than in units. `message.json` is undocumented: `chat.postMessage` answered
 * `msg_blocks_too_long` at about this many characters of blocks.
 */
export const LIMITS = {
  message: { blocks: 50, json: 13_200, text: 4_000 },
  view: { blocks: 100, title: 24, button: 24, privateMetadata: 3_000, callbackId: 255 },
  blockId: 255,
  header: { text: 150 },
  section: { text: 3_000, fields: 10, field: 2_000 },
  context: { elements: 10, text: 3_000 },
  actions: { elements: 25 },
  input: { label: 2_000, hint: 2_000 },
  actionId: 255,
  button: { text: 75, value: 2_000, accessibilityLabel: 75 },
  confirm: { title: 100, text: 300, button: 30 },
  select: { options: 100, placeholder: 150 },
  option: { text: 75, value: 150, description: 75 },
  table: { rows: 100, cells: 20 },
  chart: { title: 50, series: 6, points: 20, label: 75 },
  plainTextInput: { initial: 3_000, length: 3_000 },
} as const;

/** What Golive allows itself, so that a message never comes near Slack's refusals. */
export const BUDGET = {
  message: { blocks: 40, json: 11_000, text: 600 },
  /** A page of Details. Views have no documented size limit; this keeps `views.open` far from any. */
  view: { blocks: 90, json: 40_000 },
  /** Titles of plans and their tasks. Slack documents no limit; longer ones are not read anyway. */
  plan: { title: 150 },
} as const;
