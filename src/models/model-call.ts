import type { z } from "zod";

/** Who goes first when several wait for a model. Highest first. */
export const PRIORITIES = ["rollback-smoke", "canary-probe", "go-live", "nightly", "weekly"] as const;
export type Priority = (typeof PRIORITIES)[number];

/**
 * How a model is asked to draw its words. `topK` and `seed` are wishes: most models of Converse take no seed and some take no
 * top_k; the prompt audit says what was really sent.
 */
export type Sampling = {
  readonly temperature: number;
  readonly topP: number;
  readonly topK?: number;
  readonly maxTokens: number;
  readonly seed?: number;
};

/** What the prompt audit keeps about a request besides what is sent. None of it is prompt text. */
export type CallAudit = {
  readonly service: string;
  readonly release?: string;
  /** The manifest's hash, or null outside a release. */
  readonly manifest: string | null;
  readonly fewShotIds: readonly string[];
  /** Whether the prompt asks for a chain of thought. */
  readonly cot: boolean;
};

type Call = {
  /** A model id, inference profile id or ARN, as Bedrock takes it. */
  readonly model: string;
  readonly priority: Priority;
  readonly signal: AbortSignal;
  /** Who asks, in a few words that are the same each time: "gate models", "judge". */
  readonly purpose: string;
  readonly audit: CallAudit;
};

export type Message = { readonly role: "user" | "assistant"; readonly text: string };

export type ConverseRequest = Call & {
  readonly system?: string;
  readonly prompt: string | readonly Message[];
  readonly sampling: Sampling;
};

/** The shape that an answer must have. The model is made to call a tool of this name; its input is parsed by `schema`. */
export type OutputShape<T> = {
  /** Letters, digits, `_` and `-`, at most 64. */
  readonly name: string;
  readonly description?: string;
  readonly schema: z.ZodType<T>;
};

export type ExtractRequest<T> = ConverseRequest & { readonly output: OutputShape<T> };

/** Milliseconds of machine time. Each is of the attempt that was answered, except `totalMs`: from the request to the answer. */
export type Timings = {
  /** Waited for a place at the limiter. */
  readonly queuedMs: number;
  /** From sending to the first piece of the answer. */
  readonly firstTextMs: number;
  /** From sending to the whole answer. */
  readonly callMs: number;
  readonly totalMs: number;
};

export type Usage = { readonly inputTokens: number; readonly outputTokens: number };

export type ConverseAnswer = {
  readonly text: string;
  /** The model as the provider says it answered; null when it doesn't say. */
  readonly modelAnswered: string | null;
  /** Why the model stopped: "end_turn", "tool_use"; "max_tokens" means that the text was cut at `maxTokens`. */
  readonly stopReason: string;
  readonly usage: Usage;
  /** Requests sent for this answer, retries and a repair try included. */
  readonly attempts: number;
  /** Those of the attempts that were cut because their time was up. */
  readonly timeouts: number;
  readonly timings: Timings;
  /** SHA-256 (hex) of the prompt as it was sent. */
  readonly promptSha256: string;
  /** The row in golive.prompt_audit; null from a client without an audit, which no evaluation has. */
  readonly auditId: string | null;
};

export type ExtractAnswer<T> = ConverseAnswer & { readonly parsed: T };

export type EmbedRequest = Call & {
  readonly text: string;
  /** The length that the vector must have. */
  readonly dimension: number;
};

export type EmbedAnswer = {
  readonly vector: readonly number[];
  readonly inputTokens: number;
  readonly attempts: number;
  readonly timeouts: number;
  readonly timings: Omit<Timings, "firstTextMs">;
  readonly promptSha256: string;
  readonly auditId: string | null;
};

/** A model id as the provider resolves it, not as somebody typed it. */
export type ResolvedModel = {
  readonly asked: string;
  /** The ARN of the model or of the inference profile. */
  readonly arn: string;
  /** ARNs of the foundation models behind it; one, unless it is a profile over several regions. */
  readonly models: readonly string[];
  /** "ACTIVE", "LEGACY", …; null when the provider doesn't say. */
  readonly lifecycle: string | null;
};

/** The one way to a model. Every method throws `ModelError` and nothing else that isn't a bug. */
export interface ModelClient {
  converse(request: ConverseRequest): Promise<ConverseAnswer>;
  /** `converse` with an answer of a given shape. An answer of another shape gets one repair try, then `bad-output`. */
  extract<T>(request: ExtractRequest<T>): Promise<ExtractAnswer<T>>;
  embed(request: EmbedRequest): Promise<EmbedAnswer>;
  /** Asks the control plane, which the shared limit doesn't count. */
  resolve(model: string, signal: AbortSignal): Promise<ResolvedModel>;
}
