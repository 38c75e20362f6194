import type { DeterministicSettings } from "#src/config/determinism";
import type { Bedrock } from "#src/models/bedrock";
import { requireAudit } from "#src/models/enforce-determinism";
import type { ModelLimiter } from "#src/models/limiter";
import { LimiterError } from "#src/models/limiter-error";
import { type MachineClock, machineClock } from "#src/models/machine-clock";
import type { EmbedRequest } from "#src/models/model-call";
import { ModelError } from "#src/models/model-error";
import type { AuditRow, PromptAudit } from "#src/models/prompt-audit";
import { createRetrier, type RetryLimits } from "#src/models/retry";
import { type CallLimits, withTimeLimits } from "#src/models/time-limits";
import { toModelError } from "#src/models/to-model-error";

/** Gives a call its place, in flight and in the rate: what the client needs of the shared limiter. */
export type CallLimiter = Pick<ModelLimiter, "run">;

export type ModelClientDeps = {
  readonly bedrock: Pick<Bedrock, "runtime" | "plane">;
  readonly limiter: CallLimiter;
  /** Null: nothing is recorded, which no evaluation may ask for. */
  readonly audit: PromptAudit | null;
  /** Given: every request is an evaluation's and is held to it. */
  readonly determinism: DeterministicSettings | null;
  readonly limits: CallLimits & RetryLimits;
  readonly clock?: MachineClock;
  /** In [0, 1), for the jitter. */
  readonly random?: () => number;
};

/** Times of one answered attempt, in milliseconds. */
export type AttemptTimes = { readonly queuedMs: number; readonly firstTextMs: number; readonly callMs: number };

/** The calls that one request leads to: its tries, its repair. Counts them, bounds them, and records them at the end. */
export type Calls = {
  attempts(): number;
  /** Attempts that were cut because their time was up. */
  timeouts(): number;
  /** Sends through the limiter, under the time limits, again after a failure that may pass. */
  send<T>(work: (signal: AbortSignal, begun: () => void) => Promise<T>): Promise<{ answer: T; times: AttemptTimes }>;
  elapsedMs(): number;
};

type Facts = Omit<AuditRow, "attempts" | "outcome" | "milliseconds">;
/** Facts about a request that become known while it runs; the row has them as they stand at its end. */
export type Findings = { modelAnswered: string | null; usage: AuditRow["usage"]; sampling: AuditRow["sampling"] };

type Asked = Pick<EmbedRequest, "model" | "priority" | "signal" | "purpose" | "audit">;

/**
 * Runs a request and leaves its row in the audit, whatever became of it. An answer without a row is no answer:
 * `not-recorded`. Whatever `work` throws becomes a `ModelError`.
 */
export async function recorded<T>(
  deps: ModelClientDeps,
  asked: Asked,
  facts: Pick<Facts, "operation" | "promptSha256">,
  work: (calls: Calls, findings: Findings) => Promise<T>,
): Promise<T & { readonly auditId: string | null }> {
  if (deps.determinism !== null) requireAudit(deps.audit);
  const calls = createCalls(deps, asked);
  const findings: Findings = { modelAnswered: null, usage: { inputTokens: null, outputTokens: null }, sampling: null };
  const record = async (outcome: AuditRow["outcome"]): Promise<string | null> => {
    const { model: modelAsked, purpose, audit } = asked;
    const row = { ...audit, ...facts, ...findings, purpose, modelAsked, outcome, attempts: calls.attempts() };
    return (await deps.audit?.record({ ...row, milliseconds: calls.elapsedMs() })) ?? null;
  };
  let result: T;
  try {
    result = await work(calls, findings);
  } catch (error) {
    const failure = failureOf(error, asked);
    failure.spent = spentOn(calls, findings);
    // The failure is what the caller has to hear of; that it left no row either changes nothing for them.
    await record(failure.code).catch(() => null);
    throw failure;
  }
  try {
    return { ...result, auditId: await record("answered") };
  } catch (cause) {
    const why = "its row could not be written to the prompt audit, so it doesn't count";
    const failure = new ModelError("not-recorded", `${asked.model} answered, but ${why}.`, { cause });
    failure.spent = spentOn(calls, findings);
    throw failure;
  }
}

const spentOn = (calls: Calls, { usage }: Findings): ModelError["spent"] => ({
  requests: calls.attempts(),
  inputTokens: usage.inputTokens ?? 0,
  outputTokens: usage.outputTokens ?? 0,
});

function createCalls(deps: ModelClientDeps, { model, priority, signal }: Asked): Calls {
  const { limiter, limits, clock = machineClock, random = Math.random } = deps;
  const began = clock.now();
  const retrier = createRetrier({ limits, clock, random, signal });
  let attempts = 0;
  let timeouts = 0;
  return {
    attempts: () => attempts,
    timeouts: () => timeouts,
    elapsedMs: () => clock.now() - began,
    send: (work) =>
      retrier.run(async (started) => {
        const queued = clock.now();
        let place: AbortSignal | null = null;
        let begun = false;
        try {
          return await limiter.run({ priority, signal }, async (given) => {
            place = given;
            started();
            attempts += 1;
            const sent = clock.now();
            let firstText: number | null = null;
            const answer = await withTimeLimits({ clock, limits, signal: given, model }, (whole, first) =>
              work(whole, () => {
                begun = true;
                firstText ??= clock.now();
                first();
              }),
            );
            const end = clock.now();
            const times = { queuedMs: sent - queued, firstTextMs: (firstText ?? end) - sent, callMs: end - sent };
            return { answer, times };
          });
        } catch (error) {
          // Refused at the door: the request was made and never sent.
          if (error instanceof ModelError && error.code === "sampling-refused") attempts -= 1;
          const failure = attemptFailure(error, { model, signal, place, begun });
          if (failure.code === "timeout" || failure.code === "no-first-text") timeouts += 1;
          throw failure;
        }
      }),
  };
}

type Attempt = {
  readonly model: string;
  readonly signal: AbortSignal;
  /** The limiter's signal for the call; null when it got no place. */
  readonly place: AbortSignal | null;
  readonly begun: boolean;
};

/** Whose failure it is: the caller's, the limiter's, the provider's. */
function attemptFailure(error: unknown, { model, signal, place, begun }: Attempt): ModelError {
  if (error instanceof ModelError) return error;
  if (signal.aborted) return cancelled(model);
  const limiter = [error, place?.reason].find((reason) => reason instanceof LimiterError);
  if (limiter !== undefined) return limiterFailure(limiter, model);
  return toModelError(error, model, begun);
}

/** Only the limiter's sentence goes on; its cause may know the database's address. */
function limiterFailure({ code, message }: LimiterError, model: string): ModelError {
  switch (code) {
    case "unreachable":
      return new ModelError("unavailable", `${model} was not asked: ${message}`);
    case "lease-lost":
      return new ModelError("unavailable", `The call of ${model} was cut. ${message}`);
    case "refused":
      return new ModelError("denied", `${model} was not asked: ${message}`);
    case "closed":
      return new ModelError("cancelled", message);
  }
}

function failureOf(error: unknown, { model, signal }: Asked): ModelError {
  if (error instanceof ModelError) return error;
  return signal.aborted ? cancelled(model) : toModelError(error, model, false);
}

const cancelled = (model: string) => new ModelError("cancelled", `The call of ${model} was given up by its caller.`);
