import { quoteTable } from "#src/rag/quote";

type WithPointer = {
  readonly rag_store: {
    readonly url_env: string;
    readonly pointer: { readonly table: string; readonly key_column: string; readonly key: string };
  };
};

/**
 * Services whose pointer is the row of an earlier one. Each service has a lock and a history of its own, so nothing else
 * would keep the cutover of one from moving what the other serves.
 */
export function samePointerRow(
  services: Readonly<Record<string, WithPointer>>,
): readonly { readonly id: string; readonly first: string }[] {
  const owners = new Map<string, string>();
  return Object.entries(services).flatMap(([id, { rag_store }]) => {
    const { table, key_column, key } = rag_store.pointer;
    const row = JSON.stringify([rag_store.url_env, oneSpelling(table), key_column, key]);
    const first = owners.get(row);
    if (first !== undefined) return [{ id, first }];
    owners.set(row, id);
    return [];
  });
}

/** `rag.pointer` and `"rag"."pointer"` are one table. A name that can't be one is refused where it is used. */
function oneSpelling(table: string): string {
  try {
    return quoteTable(table);
  } catch {
    return table;
  }
}
