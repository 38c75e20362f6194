import type { Block } from "#sandbox/slack/model";

const plain = (text: string): Block => ({ type: "plain_text", text, emoji: true });
const mrkdwn = (text: string): Block => ({ type: "mrkdwn", text });
const section = (text: string, accessory?: Block): Block => ({
  type: "section",
  text: mrkdwn(text),
  ...(accessory ? { accessory } : {}),
});
const button = (text: string, actionId: string, more: Block = {}): Block => ({
  type: "button",
  text: plain(text),
  action_id: actionId,
  value: "r1",
  ...more,
});

/** A release message as a person meets it half-way: checks running, one failed, sign-offs waiting. */
export function releaseBlocks(started: number): readonly Block[] {
  const date = (at: number) => `<!date^${Math.floor(at / 1000)}^{date_short_pretty} {time}|then>`;
  return numbered([
    { type: "header", text: plain("support-docs → run 2026-11-03-b") },
    {
      type: "context",
      elements: [mrkdwn(`Started by Rosa Lind ${date(started)} · manifest \`a1b2c3d4\` · phase: ✍️ signing`)],
    },
    section(
      [
        "*What blocks the cutover* (3)",
        "• ❌ prefix-leakage: 3 of 41,220 chunks begin with `Document: `",
        "• ✍️ *Data quality* is not signed (<@U0DAN> or <@U0MEI>)",
        "• ⏳ backup not proven yet (running, 40 %)",
      ].join("\n"),
    ),
    { type: "divider" },
    section(
      "*Retrieval store* · 5/7\n❌ fail · Prefix leakage: 3 chunks, bar 0\n⏳ running · Token budget: 31,400 of 41,220 chunks",
      button("Details", "details-store"),
    ),
    section("*Evaluation* · 6/6 ✅", button("Details", "details-eval")),
    section("*Backup and way back* · 2/3\n⏳ running · Backup proven: 40 %", button("Details", "details-backup")),
    { type: "divider" },
    section(
      "✍️ *Data quality* — 41,220 chunks, 3 leaks, 0 duplicates\nDan Ito or Mei Sato; one signature is missing",
      button("Sign", "sign-data", { style: "primary" }),
    ),
    section(
      `✅ *Model quality* — F1 .62 against .61\nSigned by Mila Berg ${date(started + 300_000)}`,
      button("Withdraw", "withdraw-model"),
    ),
    section("🔁 *On-call ready* — asked again: the manifest changed (`reranker.top_n` 18 → 12)\nOmar Haddad"),
    {
      type: "actions",
      elements: [
        button("Cut over", "cutover", {
          style: "primary",
          confirm: {
            title: plain("Cut over support-docs?"),
            text: mrkdwn("The pointer flips from `run-a` to *run-b* at once."),
            confirm: plain("Cut over"),
            deny: plain("Not yet"),
          },
        }),
        button("Re-run failed checks", "rerun"),
        button("Cancel release", "cancel", { style: "danger" }),
        {
          type: "overflow",
          action_id: "more",
          options: [
            { text: plain("Export audit trail"), value: "export" },
            { text: plain("Pause"), value: "pause" },
          ],
        },
      ],
    },
    { type: "context", elements: [mrkdwn(`Updated ${date(started + 600_000)} · history in the thread`)] },
  ]);
}

/** Evidence in the newer blocks. */
export function evidenceBlocks(): readonly Block[] {
  return numbered([
    {
      type: "plan",
      title: "Going back to run A",
      tasks: [
        task("Pointer flipped back", "complete", "0.6 s"),
        task("Caches emptied", "in_progress", "12 of 40 keys"),
        task("Smoke suite", "pending", ""),
        task("Canary closed", "error", "the service answered 503"),
      ],
    },
    {
      type: "container",
      title: plain("Evidence: prefix-leakage"),
      subtitle: mrkdwn("3 of 41,220 chunks"),
      is_collapsible: true,
      default_collapsed: true,
      child_blocks: [
        section("```SELECT count(*) FROM chunk\nWHERE text LIKE 'Document: %'```"),
        { type: "actions", elements: [button("Re-run", "rerun-leak")] },
      ],
    },
    {
      type: "table",
      column_settings: [{ align: "left" }, { align: "right" }, { align: "right" }],
      rows: [
        [cell("KPI"), cell("Canary"), cell("Baseline")],
        [
          cell("F1"),
          { type: "raw_number", value: 0.56, text: "0.56" },
          { type: "raw_number", value: 0.61, text: "0.61" },
        ],
        [cell("p95 latency"), cell("1,240 ms"), cell("1,180 ms")],
      ],
    },
    {
      type: "data_visualization",
      title: "F1 by hour",
      chart: {
        type: "line",
        series: [
          { name: "canary", data: points([0.61, 0.6, 0.58, 0.56]) },
          { name: "baseline", data: points([0.61, 0.62, 0.61, 0.61]) },
        ],
        axis_config: { categories: ["11:00", "12:00", "13:00", "14:00"], x_label: "Hour", y_label: "F1" },
      },
    },
  ]);
}

/** A modal with one input of each kind that a release asks for. */
export function reasonView(): Block {
  return {
    type: "modal",
    callback_id: "waive",
    title: plain("Waive a check"),
    submit: plain("Waive"),
    close: plain("Back"),
    blocks: [
      { type: "section", block_id: "what", text: mrkdwn("*prefix-leakage* failed: 3 chunks of 41,220, bar 0.") },
      {
        type: "input",
        block_id: "reason",
        label: plain("Reason"),
        hint: plain("It stands in the audit trail."),
        element: { type: "plain_text_input", action_id: "reason", multiline: true, min_length: 10 },
      },
      {
        type: "input",
        block_id: "until",
        label: plain("Until"),
        element: {
          type: "static_select",
          action_id: "until",
          options: [
            { text: plain("24 hours"), value: "24" },
            { text: plain("48 hours"), value: "48" },
          ],
        },
      },
      {
        type: "input",
        block_id: "tell",
        optional: true,
        label: plain("Tell"),
        element: {
          type: "checkboxes",
          action_id: "tell",
          options: [
            { text: mrkdwn("*On call*"), value: "oncall" },
            { text: plain("Data leads"), value: "data" },
          ],
        },
      },
    ],
  };
}

const cell = (text: string): Block => ({ type: "raw_text", text });
const hours = ["11:00", "12:00", "13:00", "14:00"];
const points = (values: readonly number[]): readonly Block[] =>
  values.map((value, i) => ({ label: hours[i] ?? "", value }));
const task = (title: string, status: string, text: string): Block => ({
  type: "task_card",
  task_id: title,
  title,
  status,
  ...(text
    ? { output: { type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }] } }
    : {}),
});
const numbered = (blocks: readonly Block[]): readonly Block[] =>
  blocks.map((block, i) => ({ block_id: `b${i}`, ...block }));
