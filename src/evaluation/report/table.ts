import { type Html, html, type Part } from "#src/evaluation/report/html";

export type Column = { readonly title: string; readonly kind?: "number" | "drawing" };

/**
 * A table that is a list of cards on a narrow screen: each cell carries its column's title. Roles are said twice, since a browser
 * drops them with the layout.
 */
export function table(caption: string, columns: readonly Column[], rows: readonly (readonly Part[])[]): Html {
  const head = columns.map(
    ({ title, kind }) => html`<th role="columnheader" scope="col" class="${kind ?? "text"}">${title}</th>`,
  );
  const body = rows.map(
    (cells) => html`<tr role="row">${cells.map((cell, index) => cellOf(cell, columns[index], index))}</tr>
`,
  );
  return html`<table role="table"><caption>${caption}</caption>
<thead role="rowgroup"><tr role="row">${head}</tr></thead>
<tbody role="rowgroup">
${body}</tbody></table>
`;
}

function cellOf(cell: Part, column: Column | undefined, index: number): Html {
  const kind = column?.kind ?? "text";
  if (index === 0) return html`<th role="rowheader" scope="row" class="${kind}">${cell}</th>`;
  return html`<td role="cell" class="${kind}" data-title="${column?.title ?? ""}"><div>${cell}</div></td>`;
}
