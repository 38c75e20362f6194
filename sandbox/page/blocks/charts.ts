import { list, number, object, objects, string } from "#sandbox/page/blocks/json";
import { type Html, html, join } from "#sandbox/page/html";
import type { Block } from "#sandbox/slack/model";

type Series = { readonly name: string; readonly values: readonly (number | null)[] };
type Chart = {
  readonly type: string;
  readonly categories: readonly string[];
  readonly series: readonly Series[];
  readonly xLabel: string;
  readonly yLabel: string;
};

const width = 560;
const height = 220;
const edge = { left: 52, right: 12, top: 10, bottom: 26 };

/** `data_visualization`: bar, line and area as a drawing, every type as a table below it (the pie as a table only). */
export function dataVisualization(block: Block): Html {
  const chart = readChart(object(block, "chart"));
  const title = string(block, "title");
  const drawing = ["bar", "line", "area"].includes(chart.type) ? draw(chart, title) : html``;
  const open = drawing.html === "" ? html` open` : html``;
  return html`<figure class="chart"><figcaption>${title}</figcaption>${drawing}
    <details${open}><summary>Numbers</summary>${numbers(chart)}</details></figure>`;
}

function readChart(chart: Block | null): Chart {
  const axis = object(chart, "axis_config");
  const series = objects(chart, "series").map((one) => ({ name: string(one, "name"), points: objects(one, "data") }));
  const segments = objects(chart, "segments");
  if (segments.length > 0) series.push({ name: "Value", points: segments });
  const named = list(axis, "categories").filter((category) => typeof category === "string");
  const categories = named.length > 0 ? named : (series[0]?.points ?? []).map((point) => string(point, "label"));
  const values = (points: readonly Block[]) =>
    categories.map((category) => {
      const point = points.find((each) => string(each, "label") === category);
      return point ? number(point, "value") : null;
    });
  return {
    type: string(chart, "type"),
    categories,
    series: series.map(({ name, points }) => ({ name, values: values(points) })),
    xLabel: string(axis, "x_label"),
    yLabel: string(axis, "y_label"),
  };
}

function numbers(chart: Chart): Html {
  const head = [chart.xLabel || "Label", ...chart.series.map(({ name }) => name)];
  const rows = chart.categories.map(
    (category, i) =>
      html`<tr><th scope="row">${category}</th>${chart.series.map(({ values }) => html`<td class="right">${values[i] ?? "–"}</td>`)}</tr>`,
  );
  return html`<table><thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${rows}</tbody></table>`;
}

function draw(chart: Chart, title: string): Html {
  const known = chart.series.flatMap(({ values }) => values.filter((value) => value !== null));
  if (known.length === 0) return html``;
  const { low, high } = range(known, chart.type === "line");
  const y = (value: number) => edge.top + (1 - (value - low) / (high - low)) * (height - edge.top - edge.bottom);
  const step = (width - edge.left - edge.right) / chart.categories.length;
  const middle = (i: number) => edge.left + step * (i + 0.5);
  const grid = [0, 0.5, 1].map((share) => {
    const value = low + share * (high - low);
    return html`<line class="grid" x1="${edge.left}" x2="${width - edge.right}" y1="${y(value)}" y2="${y(value)}"/>
      <text x="${edge.left - 6}" y="${y(value) + 4}" text-anchor="end">${Number(value.toPrecision(4))}</text>`;
  });
  const every = Math.ceil(chart.categories.length / 8);
  const labels = chart.categories.map((category, i) =>
    i % every === 0 ? html`<text x="${middle(i)}" y="${height - 8}" text-anchor="middle">${category}</text>` : html``,
  );
  const marks = chart.series.map((series, i) =>
    chart.type === "bar"
      ? bars(series, i, chart.series.length, { y, step, low })
      : line(series, i, { y, middle, chart, low }),
  );
  const legend = chart.series.map(({ name }, i) => html`<li class="series-${i % 6}">${name}</li>`);
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}, ${chart.type} chart of ${chart.yLabel || "values"}">${grid}${labels}${marks}</svg>
    <ul class="legend">${legend}</ul>`;
}

/** Bars and areas start at zero; a line may show its own range, or a small drop would be invisible. */
function range(values: readonly number[], own: boolean): { low: number; high: number } {
  const smallest = Math.min(...values);
  const largest = Math.max(...values);
  const low = own ? smallest - (largest - smallest) * 0.1 : Math.min(0, smallest);
  const high = own ? largest + (largest - smallest) * 0.1 : Math.max(0, largest);
  return high > low ? { low, high } : { low: low - 1, high: high + 1 };
}

function bars(
  { values }: Series,
  index: number,
  count: number,
  { y, step, low }: { y: (value: number) => number; step: number; low: number },
): Html {
  const slot = (step * 0.7) / count;
  return join(
    values.map((value, i) => {
      if (value === null) return html``;
      const base = y(Math.max(0, low));
      const x = edge.left + step * i + step * 0.15 + slot * index;
      return html`<rect class="series-${index % 6}" x="${x}" y="${Math.min(base, y(value))}" width="${slot * 0.9}" height="${Math.abs(base - y(value))}"/>`;
    }),
  );
}

type LineFrame = { y: (value: number) => number; middle: (i: number) => number; chart: Chart; low: number };

function line({ values }: Series, index: number, { y, middle, chart, low }: LineFrame): Html {
  const points = values.flatMap((value, i) => (value === null ? [] : [`${middle(i)},${y(value)}`]));
  const last = values.length - 1;
  const area =
    chart.type === "area"
      ? html`<polygon class="series-${index % 6}" points="${middle(0)},${y(Math.max(0, low))} ${points.join(" ")} ${middle(last)},${y(Math.max(0, low))}"/>`
      : html``;
  return html`${area}<polyline class="series-${index % 6}" points="${points.join(" ")}"/>`;
}
