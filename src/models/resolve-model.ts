import { GetFoundationModelCommand, GetInferenceProfileCommand } from "@aws-sdk/client-bedrock";
import type { ModelClientDeps } from "#src/models/calls";
import { machineClock } from "#src/models/machine-clock";
import type { ResolvedModel } from "#src/models/model-call";
import { ModelError } from "#src/models/model-error";
import { createRetrier } from "#src/models/retry";
import { withTimeLimits } from "#src/models/time-limits";
import { toModelError } from "#src/models/to-model-error";

/**
 * Asks the control plane what an id stands for: a foundation model, or else an inference profile. Throws `unknown-model` for
 * what is neither; provisioned and imported models are not looked up. The shared limit doesn't count these requests.
 */
export async function resolveModel(deps: ModelClientDeps, model: string, signal: AbortSignal): Promise<ResolvedModel> {
  const { clock = machineClock, random = Math.random, limits } = deps;
  const retrier = createRetrier({ limits, clock, random, signal });
  const ask = (work: (deps: ModelClientDeps, model: string, signal: AbortSignal) => Promise<ResolvedModel>) =>
    retrier.run(async (started) => {
      started();
      try {
        return await withTimeLimits({ clock, limits, signal, model }, (whole) => work(deps, model, whole));
      } catch (error) {
        if (signal.aborted) throw new ModelError("cancelled", `Resolving ${model} was given up by its caller.`);
        throw toModelError(error, model, false);
      }
    });
  if (/:(?:application-)?inference-profile\//.test(model)) return ask(profile);
  try {
    return await ask(foundationModel);
  } catch (error) {
    if (!(error instanceof ModelError) || error.code !== "unknown-model") throw error;
    return ask(profile);
  }
}

async function foundationModel({ bedrock }: ModelClientDeps, model: string, abortSignal: AbortSignal) {
  const command = new GetFoundationModelCommand({ modelIdentifier: model });
  const { modelDetails } = await bedrock.plane.send(command, { abortSignal });
  const arn = modelDetails?.modelArn;
  if (!arn) throw noArn(model);
  return { asked: model, arn, models: [arn], lifecycle: modelDetails.modelLifecycle?.status ?? null };
}

async function profile({ bedrock }: ModelClientDeps, model: string, abortSignal: AbortSignal) {
  const command = new GetInferenceProfileCommand({ inferenceProfileIdentifier: model });
  const found = await bedrock.plane.send(command, { abortSignal });
  const arn = found.inferenceProfileArn;
  if (!arn) throw noArn(model);
  const models = (found.models ?? []).flatMap(({ modelArn }) => (modelArn === undefined ? [] : [modelArn]));
  return { asked: model, arn, models, lifecycle: found.status ?? null };
}

const noArn = (model: string) => new ModelError("bad-output", `Bedrock resolved ${model} without saying its ARN.`);
