import { z } from "zod";
import { envName, line, secretEnvName } from "#src/config/names";

/** The RAG service over HTTP, as docs/rag-service.md describes it. */
export const ragServiceSchema = z.strictObject({
  /** The variable that holds its address, without a user or password in it. */
  url_env: envName,
  /** The variable that holds its bearer token. Absent: it asks for none. */
  token_env: secretEnvName.optional(),
  /** Seconds for one whole answer. */
  timeout_s: z.number().positive().max(240),
  /** What one /answer takes from the shared rate of model calls. */
  model_calls_per_answer: z.int().min(1).max(50),
  /** What the determinism and prompt-audit checks ask; the documents must answer it. */
  probe_question: line,
});
