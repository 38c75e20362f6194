import { isList, isObject, list, number, objects, string } from "#sandbox/page/blocks/json";
import { richText } from "#sandbox/page/blocks/rich-text";
import type { Viewing } from "#sandbox/page/blocks/viewing";
import { type Html, html } from "#sandbox/page/html";
import type { Block, Json } from "#sandbox/slack/model";

/** `table` and `data_table`: the first row is the header. */
export function table(block: Block, viewing: Viewing): Html {
  const settings = objects(block, "column_settings");
  const caption = string(block, "caption");
  const [head, ...rows] = list(block, "rows").filter(isList);
  const rowHeader = block.type === "data_table" ? (number(block, "row_header_column_index") ?? 0) : -1;
  const cells = (row: readonly Json[], inHead: boolean) =>
    row.map((cell, column) => {
      const align = string(settings[column] ?? null, "align");
      const numeric = isObject(cell) && cell.type === "raw_number";
      const side = align === "center" || align === "right" ? align : numeric && align === "" ? "right" : "left";
      const wraps = settings[column]?.is_wrapped === true ? " wraps" : "";
      const shown = content(cell, viewing);
      if (inHead) return html`<th scope="col" class="${side}${wraps}">${shown}</th>`;
      return column === rowHeader
        ? html`<th scope="row" class="${side}${wraps}">${shown}</th>`
        : html`<td class="${side}${wraps}">${shown}</td>`;
    });
  return html`<div class="table-frame" tabindex="0" role="region" aria-label="${caption || "Table"}"><table>
    ${caption ? html`<caption>${caption}</caption>` : ""}
    ${head ? html`<thead><tr>${cells(head, true)}</tr></thead>` : ""}
    <tbody>${rows.map((row) => html`<tr>${cells(row, false)}</tr>`)}</tbody></table></div>`;
}

function content(cell: Json, viewing: Viewing): Html {
  if (!isObject(cell)) return html``;
  if (cell.type === "rich_text") return richText(cell, viewing);
  if (cell.type === "raw_number") return html`${string(cell, "text") || String(number(cell, "value") ?? "")}`;
  if (cell.type === "raw_text") return html`${string(cell, "text")}`;
  return html`<span class="unknown">unknown cell ${string(cell, "type")}</span>`;
}
