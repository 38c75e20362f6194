import type { CallAudit, Usage } from "#src/models/model-call";
import type { ModelErrorCode } from "#src/models/model-error";
import type { SentSampling } from "#src/models/sampling-fields";

/** What is kept of a request to a model. Nothing of the prompt but its hash. */
export type AuditRow = CallAudit & {
  readonly operation: "converse" | "embed";
  readonly purpose: string;
  readonly modelAsked: string;
  readonly modelAnswered: string | null;
  readonly promptSha256: string;
  /** As sent (or, with 0 attempts, as asked); null for an embedding. */
  readonly sampling: SentSampling | null;
  readonly usage: { readonly [K in keyof Usage]: number | null };
  readonly attempts: number;
  readonly outcome: "answered" | ModelErrorCode;
  readonly milliseconds: number;
};

/** Where requests to models leave their rows. */
export interface PromptAudit {
  /** Resolves with the row's id. */
  record(row: AuditRow): Promise<string>;
}

interface Queryable {
  query<R extends Record<string, unknown>>(text: string, values?: unknown[]): Promise<{ rows: R[] }>;
}

/** The prompt audit in golive.prompt_audit. */
export function createPromptAudit(database: Queryable): PromptAudit {
  return {
    record: async (row) => {
      const { sampling, usage } = row;
      const { rows } = await database.query<{ id: string }>(
        `INSERT INTO golive.prompt_audit (operation, service, release, manifest, purpose, model_asked, model_answered,
           prompt_sha256, few_shot_ids, cot, temperature, top_p, top_k, seed, max_tokens, input_tokens, output_tokens,
           attempts, outcome, milliseconds)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
         RETURNING id::text AS id`,
        [
          row.operation,
          row.service,
          row.release ?? null,
          row.manifest,
          row.purpose,
          row.modelAsked,
          row.modelAnswered,
          row.promptSha256,
          row.fewShotIds,
          row.cot,
          sampling?.temperature ?? null,
          sampling?.topP ?? null,
          sampling?.topK ?? null,
          String(sampling?.seed ?? "unsupported"),
          sampling?.maxTokens ?? null,
          usage.inputTokens,
          usage.outputTokens,
          row.attempts,
          row.outcome,
          Math.round(row.milliseconds),
        ],
      );
      const id = rows[0]?.id;
      if (id === undefined) throw new Error("The prompt audit took a row and gave no id.");
      return id;
    },
  };
}
