import type { Ranks, Retrieved } from "#sandbox/rag-service/retrieve";

export type ToolCall = {
  readonly tool: string;
  readonly intent: string;
  readonly arguments: Readonly<Record<string, string | number>>;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly mutating: boolean;
  readonly dry_run: boolean;
  readonly approval_id: string | null;
  readonly retries: number;
};

/** What POST /answer answers, as docs/rag-service.md describes it. */
export type AnswerBody = {
  readonly answer: string;
  readonly citations: readonly { readonly chunk_id: string; readonly document: string }[];
  readonly snapshot: readonly {
    readonly chunk_id: string;
    readonly document: string;
    readonly text: string;
    readonly bm25_text: string;
    readonly score: number;
    readonly rank: number;
    readonly ranks: Ranks;
  }[];
  readonly candidates: Retrieved["candidates"];
  readonly context: readonly {
    readonly chunk_id: string;
    readonly document: string;
    readonly text: string;
    readonly tokens: number;
  }[];
  /** Null: this step wasn't taken, since the answer came out of the cache. */
  readonly timings: {
    readonly retrieve_ms: number | null;
    readonly rerank_ms: number | null;
    readonly generate_ms: number | null;
    readonly embedding_ms: number | null;
    readonly first_text_ms: number | null;
    readonly total_ms: number;
  };
  readonly tool_calls: readonly ToolCall[];
  readonly prompt_audit: {
    readonly prompt_sha256: string;
    readonly prompt: string;
    readonly model: string;
    readonly temperature: number;
    readonly seed: number | "unsupported";
    readonly cot: boolean;
    readonly few_shot_ids: readonly string[];
    readonly input_tokens: number;
    readonly output_tokens: number;
  };
  readonly config_hash: string;
  readonly run_id: string;
  readonly config_version: string;
  readonly cache?: "hit" | "miss" | "off";
  readonly nonce: string;
  readonly trace_id: string;
};
