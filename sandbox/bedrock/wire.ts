import { z } from "zod";
import { AwsError } from "#sandbox/bedrock/aws-error";

/** The part of Bedrock's requests that this Bedrock understands. What it doesn't, it refuses rather than ignores. */
const contentSchema = z.union([
  z.strictObject({ text: z.string().min(1) }),
  z.strictObject({
    toolUse: z.strictObject({ toolUseId: z.string(), name: z.string(), input: z.unknown() }),
  }),
  z.strictObject({
    toolResult: z.strictObject({
      toolUseId: z.string(),
      content: z.array(z.union([z.strictObject({ text: z.string() }), z.strictObject({ json: z.unknown() })])),
      status: z.enum(["success", "error"]).optional(),
    }),
  }),
]);

const toolSchema = z.strictObject({
  toolSpec: z.strictObject({
    name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
    description: z.string().min(1).optional(),
    inputSchema: z.strictObject({ json: z.record(z.string(), z.unknown()) }),
    strict: z.boolean().optional(),
  }),
});

const converseSchema = z.strictObject({
  messages: z
    .array(z.strictObject({ role: z.enum(["user", "assistant"]), content: z.array(contentSchema).min(1) }))
    .min(1),
  system: z.array(z.strictObject({ text: z.string().min(1) })).optional(),
  inferenceConfig: z
    .strictObject({
      maxTokens: z.number().int().min(1).optional(),
      temperature: z.number().min(0).max(1).optional(),
      topP: z.number().min(0).max(1).optional(),
      stopSequences: z.array(z.string()).optional(),
    })
    .optional(),
  toolConfig: z
    .strictObject({
      tools: z.array(toolSchema).min(1),
      toolChoice: z
        .union([
          z.strictObject({ auto: z.strictObject({}) }),
          z.strictObject({ any: z.strictObject({}) }),
          z.strictObject({ tool: z.strictObject({ name: z.string() }) }),
        ])
        .optional(),
    })
    .optional(),
  additionalModelRequestFields: z.record(z.string(), z.unknown()).optional(),
  additionalModelResponseFieldPaths: z.array(z.string().startsWith("/")).max(10).optional(),
});
export type ConverseInput = z.infer<typeof converseSchema>;

const embeddingSchema = z.strictObject({
  inputText: z.string().min(1),
  dimensions: z.number().int().optional(),
  normalize: z.boolean().optional(),
});
export type EmbeddingInput = z.infer<typeof embeddingSchema>;

export const readConverse = (body: string): ConverseInput => read(converseSchema, body);
export const readEmbedding = (body: string): EmbeddingInput => read(embeddingSchema, body);

function read<T>(schema: z.ZodType<T>, body: string): T {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new AwsError("ValidationException", "The request body is not JSON.");
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new AwsError("ValidationException", `${issue?.path.join(".") || "body"}: ${issue?.message ?? "malformed"}`);
}
