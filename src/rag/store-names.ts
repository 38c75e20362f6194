import type { ServiceConfig } from "#src/config/service-config";
import { quoteIdentifier, quoteTable } from "#src/rag/quote";
import type { StoreNames } from "#src/rag/store";

/** The configured mapping as quoted SQL names. Throws `NameError` for a name that Postgres can't have. */
export function storeNames(config: ServiceConfig["rag_store"]): StoreNames {
  const { chunks, runs, pointer, configs } = config;
  return {
    chunks: {
      table: quoteTable(chunks.table),
      id: quoteIdentifier(chunks.id),
      run: quoteIdentifier(chunks.run),
      document: quoteIdentifier(chunks.document),
      text: quoteIdentifier(chunks.text),
      bm25Text: quoteIdentifier(chunks.bm25_text),
      embeddingText: quoteIdentifier(chunks.embedding_text),
      embedding: quoteIdentifier(chunks.embedding),
      tokenCount: quoteIdentifier(chunks.token_count),
    },
    runs:
      runs === undefined
        ? null
        : {
            table: quoteTable(runs.table),
            run: quoteIdentifier(runs.run),
            state: quoteIdentifier(runs.state),
            completeValue: runs.complete_value,
            chunks: quoteIdentifier(runs.chunks),
            digest: quoteIdentifier(runs.digest),
            finishedAt: quoteIdentifier(runs.finished_at),
          },
    pointer: {
      table: quoteTable(pointer.table),
      keyColumn: quoteIdentifier(pointer.key_column),
      key: pointer.key,
      run: quoteIdentifier(pointer.run),
      config: quoteIdentifier(pointer.config),
    },
    configs: {
      table: quoteTable(configs.table),
      version: quoteIdentifier(configs.version),
      body: quoteIdentifier(configs.body),
    },
  };
}
