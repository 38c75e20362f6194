import { describe, expect, it } from "vitest";
import { validateMessageBlocks, validateView } from "#sandbox/slack/block-kit/validate";
import { LIMITS } from "#sandbox/slack/limits";
import type { Block, Json } from "#sandbox/slack/model";
import { at } from "#test/sandbox/web-api-client";

const noFiles = () => false;
const x = (length: number) => "x".repeat(length);
const plain = (length: number) => ({ type: "plain_text", text: x(length) });
const mrkdwn = (length: number) => ({ type: "mrkdwn", text: x(length) });
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const section = (length = 1) => ({ type: "section", text: mrkdwn(length) });
const button = (more: Readonly<Record<string, Json>> = {}) => ({ type: "button", text: plain(1), ...more });
const actions = (...elements: Json[]) => ({ type: "actions", elements });
const option = (index: number) => ({ text: plain(1), value: `v${index}` });
const cells = (rows: number, columns: number) => ({
  type: "table",
  rows: times(rows, () => times(columns, () => ({ type: "raw_text", text: "a" }))),
});
const chart = (series: number, points: number) => ({
  type: "data_visualization",
  title: "p95",
  chart: {
    type: "line",
    series: times(series, (s) => ({ name: `s${s}`, data: times(points, (p) => ({ label: `l${p}`, value: p })) })),
  },
});

/** [what, blocks just within the limit, blocks just beyond, Slack's sentence and place]. */
const message: readonly [string, (beyond: 0 | 1) => readonly Json[], string][] = [
  [
    "50 blocks",
    (n) => times(LIMITS.messageBlocks + n, () => section()),
    "no more than 50 items allowed [json-pointer:/blocks]",
  ],
  [
    "section text 3,000",
    (n) => [section(3000 + n)],
    "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
  ],
  [
    "10 fields",
    (n) => [{ type: "section", fields: times(10 + n, () => mrkdwn(1)) }],
    "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
  ],
  [
    "field text 2,000",
    (n) => [{ type: "section", fields: [mrkdwn(2000 + n)] }],
    "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
  ],
  [
    "header 150",
    (n) => [{ type: "header", text: plain(150 + n) }],
    "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
  ],
  [
    "25 actions",
    (n) => [actions(...times(25 + n, () => button()))],
    "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
  ],
  [
    "10 context elements",
    (n) => [{ type: "context", elements: times(10 + n, () => mrkdwn(1)) }],
    "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
  ],
  [
    "button text 75",
    (n) => [actions(button({ text: plain(75 + n) }))],
    "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
  ],
  [
    "button value 2,000",
    (n) => [actions(button({ value: x(2000 + n) }))],
    "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
  ],
  [
    "action_id 255",
    (n) => [actions(button({ action_id: x(255 + n) }))],
    "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]",
  ],
  [
    "block_id 255",
    (n) => [{ ...section(), block_id: x(255 + n) }],
    "must be less than 256 characters [json-pointer:/blocks/0/block_id]",
  ],
  [
    "100 options",
    (n) => [actions({ type: "static_select", options: times(100 + n, option) })],
    "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]",
  ],
  [
    "5 overflow options",
    (n) => [{ ...section(), accessory: { type: "overflow", options: times(5 + n, option) } }],
    "no more than 5 items allowed [json-pointer:/blocks/0/accessory/options]",
  ],
  ["table 100 rows", (n) => [cells(100 + n, 1)], "no more than 100 items allowed [json-pointer:/blocks/0/rows]"],
  ["table 20 columns", (n) => [cells(1, 20 + n)], "no more than 20 items allowed [json-pointer:/blocks/0/rows/0]"],
  [
    "2 charts",
    (n) => times(2 + n, () => chart(1, 1)),
    "no more than 2 data_visualization blocks allowed [json-pointer:/blocks]",
  ],
  ["6 series", (n) => [chart(6 + n, 1)], "no more than 6 items allowed [json-pointer:/blocks/0/chart/series]"],
  [
    "20 points",
    (n) => [chart(1, 20 + n)],
    "no more than 20 items allowed [json-pointer:/blocks/0/chart/series/0/data]",
  ],
  [
    "10 blocks in a container",
    (n) => [{ type: "container", title: plain(1), child_blocks: times(10 + n, () => section()) }],
    "no more than 10 items allowed [json-pointer:/blocks/0/child_blocks]",
  ],
];

describe("limits of a message", () => {
  it.each(message)("%s is the most", (_, blocks, sentence) => {
    expect(validateMessageBlocks(blocks(0), noFiles)).toMatchObject({ ok: true });
    const beyond = validateMessageBlocks(blocks(1), noFiles);
    expect(beyond).toMatchObject({ ok: false, error: "invalid_blocks", problems: [sentence] });
  });

  it("13,200 characters of blocks are the most, whatever they are", () => {
    const fitting = (extra: number): Json[] => {
      const blocks = times(5, () => section(2600));
      const missing = LIMITS.blocksJson - JSON.stringify(blocks).length + extra;
      return [...blocks.slice(1), section(2600 + missing)];
    };
    expect(JSON.stringify(fitting(0))).toHaveLength(13_200);
    expect(validateMessageBlocks(fitting(0), noFiles)).toMatchObject({ ok: true });
    expect(validateMessageBlocks(fitting(1), noFiles)).toMatchObject({ ok: false, error: "msg_blocks_too_long" });
  });

  it.each<[string, Json, string]>([
    ["an unknown block", { type: "sparkle" }, "unsupported type: sparkle [json-pointer:/blocks/0/type]"],
    [
      "an alert outside a modal",
      { type: "alert", text: plain(1) },
      "unsupported type: alert [json-pointer:/blocks/0/type]",
    ],
    [
      "an unknown element",
      actions({ type: "knob" }),
      "unsupported type: knob [json-pointer:/blocks/0/elements/0/type]",
    ],
    [
      "an input among actions",
      actions({ type: "plain_text_input" }),
      "unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]",
    ],
    ["empty text", section(0), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"],
    ["a section of nothing", { type: "section" }, "must define either `text` or `fields` [json-pointer:/blocks/0]"],
    [
      "mrkdwn in a header",
      { type: "header", text: mrkdwn(1) },
      "must be one of: plain_text [json-pointer:/blocks/0/text/type]",
    ],
    [
      "an unknown button style",
      actions(button({ style: "gold" })),
      "must be a valid enum value [json-pointer:/blocks/0/elements/0/style]",
    ],
    [
      "an unknown task status",
      { type: "plan", title: "p", tasks: [{ type: "task_card", task_id: "1", title: "t", status: "done" }] },
      "must be a valid enum value [json-pointer:/blocks/0/tasks/0/status]",
    ],
    [
      "a button in a plan",
      { type: "plan", title: "p", tasks: [button()] },
      "unsupported type: button [json-pointer:/blocks/0/tasks/0/type]",
    ],
    [
      "a plan in a container",
      { type: "container", title: plain(1), child_blocks: [{ type: "plan", title: "p" }] },
      "unsupported type: plan [json-pointer:/blocks/0/child_blocks/0/type]",
    ],
    [
      "the same action_id twice in a block",
      actions(button({ action_id: "a" }), button({ action_id: "a" })),
      "action_id `a` already exists [json-pointer:/blocks/0/elements/1/action_id]",
    ],
  ])("%s is refused", (_, block, sentence) => {
    expect(validateMessageBlocks([block], noFiles)).toMatchObject({ ok: false, problems: [sentence] });
  });

  it("the same block_id twice is refused", () => {
    const twice = [
      { ...section(), block_id: "a" },
      { ...section(), block_id: "a" },
    ];
    expect(validateMessageBlocks(twice, noFiles)).toMatchObject({
      ok: false,
      problems: ["block_id `a` already exists [json-pointer:/blocks/1/block_id]"],
    });
  });

  it("missing ids are filled in, given ones are kept", () => {
    const checked = validateMessageBlocks([actions(button({ action_id: "mine" }), button()), section()], noFiles);
    expect(at(checked, "blocks", 0, "block_id")).toMatch(/^.{5}$/);
    expect(at(checked, "blocks", 0, "block_id")).not.toBe(at(checked, "blocks", 1, "block_id"));
    expect(at(checked, "blocks", 0, "elements", 0, "action_id")).toBe("mine");
    expect(at(checked, "blocks", 0, "elements", 1, "action_id")).toMatch(/^.{5}$/);
  });
});

describe("limits of a view", () => {
  const modal = (more: Readonly<Record<string, Json>>): Block => ({
    type: "modal",
    title: plain(1),
    blocks: [section()],
    ...more,
  });

  it.each<[string, (beyond: 0 | 1) => Block, string]>([
    [
      "title 24",
      (n) => modal({ title: plain(24 + n) }),
      "must be less than 25 characters [json-pointer:/view/title/text]",
    ],
    [
      "private_metadata 3,000",
      (n) => modal({ private_metadata: x(3000 + n) }),
      "must be less than 3001 characters [json-pointer:/view/private_metadata]",
    ],
    [
      "100 blocks",
      (n) => modal({ blocks: times(100 + n, () => section()) }),
      "no more than 100 items allowed [json-pointer:/view/blocks]",
    ],
    [
      "callback_id 255",
      (n) => modal({ callback_id: x(255 + n) }),
      "must be less than 256 characters [json-pointer:/view/callback_id]",
    ],
  ])("%s is the most", (_, view, sentence) => {
    expect(validateView(view(0), "modal", noFiles)).toMatchObject({ ok: true });
    expect(validateView(view(1), "modal", noFiles)).toEqual({ ok: false, problems: [sentence] });
  });

  it("an input needs a submit button; an alert is at home here, a table isn't", () => {
    const input = { type: "input", label: plain(1), element: { type: "plain_text_input" } };
    expect(validateView(modal({ blocks: [input] }), "modal", noFiles)).toMatchObject({
      problems: ["missing required field: submit [json-pointer:/view]"],
    });
    expect(validateView(modal({ blocks: [input], submit: plain(1) }), "modal", noFiles)).toMatchObject({ ok: true });
    const alert = { type: "alert", text: plain(1), level: "error" };
    expect(validateView(modal({ blocks: [alert] }), "modal", noFiles)).toMatchObject({ ok: true });
    expect(validateView(modal({ blocks: [cells(1, 1)] }), "modal", noFiles)).toMatchObject({ ok: false });
  });
});
