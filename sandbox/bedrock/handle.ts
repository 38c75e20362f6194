import { AwsError, unknownModel } from "#sandbox/bedrock/aws-error";
import type { Catalogue, SandboxModel } from "#sandbox/bedrock/catalogue";
import { describeModel, describeProfile } from "#sandbox/bedrock/control-plane";
import { exceptionOf, sendStream, sendWhole, spoil } from "#sandbox/bedrock/converse";
import type { Exchange } from "#sandbox/bedrock/exchange";
import type { FaultPlan, ModelFault } from "#sandbox/bedrock/faults";
import { answerWith } from "#sandbox/bedrock/models/answer";
import { embeddingOf } from "#sandbox/bedrock/models/embedding";
import type { Route } from "#sandbox/bedrock/route";
import { readConverse, readEmbedding } from "#sandbox/bedrock/wire";

export type Bedrock = {
  readonly catalogue: Catalogue;
  readonly faults: FaultPlan;
  readonly latencyMs: () => number;
  /** A number in [0, 1): what happens above temperature 0. */
  readonly chance: () => number;
};

/** Answers one request. Throws `AwsError` for what is answered with an exception. */
export async function handle(exchange: Exchange, { operation, model: id }: Route, bedrock: Bedrock): Promise<void> {
  const body = await exchange.body();
  const fault = bedrock.faults.take(operation, id);
  if (fault !== null) exchange.tracked.fault(fault.kind);
  if (fault?.kind === "hang") return;
  if (fault?.kind === "html-page") return exchange.html(fault.status);
  const exception = exceptionOf(fault);
  if (exception !== null) throw exception;

  switch (operation) {
    case "GetFoundationModel":
      return exchange.json(describeModel(bedrock.catalogue, id));
    case "GetInferenceProfile":
      return exchange.json(describeProfile(bedrock.catalogue, id));
    case "unknown":
      throw new AwsError("ResourceNotFoundException", "This local Bedrock has no such operation.");
    default:
  }
  const model = bedrock.catalogue.find(id);
  if (model === null) throw unknownModel();
  const latencyMs = bedrock.latencyMs() + (fault?.kind === "slow-first-byte" ? fault.ms : 0);

  if (operation === "InvokeModel") {
    if (model.kind !== "hash-embedding") {
      throw new AwsError("ValidationException", "This local Bedrock's InvokeModel is for embeddings; use Converse.");
    }
    const answer = embeddingOf(readEmbedding(body));
    await exchange.wait(latencyMs);
    return sendEmbedding(exchange, answer, fault);
  }
  const input = readConverse(body);
  const said = {
    answer: spoil(answerWith(model, input, bedrock.chance), fault),
    input,
    model: answeredBy(model, fault),
    latencyMs,
  };
  await exchange.wait(latencyMs);
  return operation === "Converse" ? sendWhole(exchange, said, fault) : sendStream(exchange, said, fault);
}

const answeredBy = (model: SandboxModel, fault: ModelFault | null) =>
  fault?.kind === "other-model" ? fault.model : model.id;

function sendEmbedding(exchange: Exchange, answer: ReturnType<typeof embeddingOf>, fault: ModelFault | null): void {
  switch (fault?.kind) {
    case "wrong-dimension":
      exchange.json({
        ...answer,
        embedding: Array.from({ length: fault.dimension }, (_, at) => answer.embedding[at] ?? 0),
      });
      return;
    case "malformed-output":
      exchange.json({ vector: answer.embedding });
      return;
    case "truncated":
      exchange.halfJson(answer);
      return;
    default:
      exchange.json(answer);
  }
}
