/** One row of the table: ours against something that does as little as possible. Milliseconds unless the name says otherwise. */
export type Line = {
  readonly name: string;
  readonly ours: number;
  readonly peer: number;
  /** Null where a ratio would say nothing. */
  readonly ratio: number | null;
  /** What must not be exceeded: `ratio` of the ratio, `ours` of our own figure. Null: information only. */
  readonly limit: { readonly of: "ratio" | "ours"; readonly most: number } | null;
  /** What else a reader of the figure should know. */
  readonly note?: string;
};

/** Null for information. A figure that is no number holds nothing. */
export function isHeld({ limit, ratio, ours }: Line): boolean | null {
  if (limit === null) return null;
  const figure = limit.of === "ratio" ? ratio : ours;
  return figure !== null && figure <= limit.most;
}

const figure = (value: number | null): string =>
  value === null || Number.isNaN(value) ? "–" : value >= 100 ? value.toFixed(0) : value.toFixed(2);

function limitOf({ limit }: Line): string {
  if (limit === null) return "–";
  return limit.of === "ratio" ? `ratio ≤ ${limit.most}` : `≤ ${limit.most}`;
}

/** A Markdown table, padded for terminals. */
export function tableOf(lines: readonly Line[]): string {
  const verdicts = { true: "held", false: "NOT HELD", null: "for information" } as const;
  const head = ["name", "ours", "peer", "ratio", "limit", "verdict", "note"];
  const rows = lines.map((line) => [
    line.name,
    figure(line.ours),
    figure(line.peer),
    figure(line.ratio),
    limitOf(line),
    verdicts[`${isHeld(line)}`],
    line.note ?? "",
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length)));
  const draw = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [draw(head), draw(widths.map((width) => "-".repeat(width))), ...rows.map(draw)].join("\n");
}
