import { checkChild, checkList, checkString, type Findings } from "#sandbox/slack/block-kit/findings";
import { checkRichText } from "#sandbox/slack/block-kit/rich-text";
import { LIMITS } from "#sandbox/slack/limits";
import type { Block } from "#sandbox/slack/model";
import { asBlock, isList } from "#sandbox/slack/wire";

const charts = ["pie", "bar", "area", "line"];

/** `table` and `data_table`: rows of cells, each cell raw_text, raw_number or rich_text. */
export function checkTable(block: Block, at: string, found: Findings) {
  const rows = block.rows;
  if (rows === undefined) return found.add("missing required field: rows", at);
  if (!isList(rows)) return found.add("must provide an array", `${at}/rows`);
  if (rows.length === 0) found.add("no fewer than 1 items allowed", `${at}/rows`);
  if (rows.length > LIMITS.tableRows) found.add(`no more than ${LIMITS.tableRows} items allowed`, `${at}/rows`);
  for (const [index, row] of rows.entries()) {
    const where = `${at}/rows/${index}`;
    if (!isList(row)) {
      found.add("must provide an array", where);
      continue;
    }
    if (row.length > LIMITS.tableCells) found.add(`no more than ${LIMITS.tableCells} items allowed`, where);
    row.forEach((cell, column) => {
      const block = asBlock(cell);
      if (block) checkCell(block, `${where}/${column}`, found);
      else found.add("must provide an object", `${where}/${column}`);
    });
  }
}

function checkCell(cell: Block, at: string, found: Findings) {
  if (cell.type === "raw_text") return checkString(cell, "text", at, LIMITS.textObject, "required", found);
  if (cell.type === "rich_text") return checkRichText(cell, at, found);
  if (cell.type !== "raw_number") return found.add(`unsupported type: ${String(cell.type)}`, `${at}/type`);
  if (typeof cell.value !== "number") found.add("missing required field: value", at);
}

/** `data_visualization`: a title and a chart of bounded size. */
export function checkChart(block: Block, at: string, found: Findings) {
  checkString(block, "title", at, LIMITS.chartTitle, "required", found);
  checkChild(block, "chart", at, "required", found, (chart, where) => {
    if (typeof chart.type !== "string" || !charts.includes(chart.type)) {
      return found.add("must be a valid enum value", `${where}/type`);
    }
    if (chart.type === "pie") {
      return checkList(chart, "segments", where, LIMITS.chartPoints, "required", found, (point, below) =>
        checkPoint(point, below, found),
      );
    }
    const names = new Set<string>();
    checkList(chart, "series", where, LIMITS.chartSeries, "required", found, (series, below) => {
      checkString(series, "name", below, LIMITS.optionText, "required", found);
      if (typeof series.name === "string") {
        if (names.has(series.name)) found.add("must be unique", `${below}/name`);
        names.add(series.name);
      }
      checkList(series, "data", below, LIMITS.chartPoints, "required", found, (point, deeper) =>
        checkPoint(point, deeper, found),
      );
    });
  });
}

function checkPoint(point: Block, at: string, found: Findings) {
  checkString(point, "label", at, LIMITS.optionText, "required", found);
  if (typeof point.value !== "number") found.add("missing required field: value", at);
}
