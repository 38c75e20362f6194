import type { Arm } from "#src/canary/observation";
import { type AskServiceDeps, askService } from "#src/evaluation/run/ask-service";
import type { GoldQuestion, Reply } from "#src/evaluation/run/case-record";
import type { Epoch } from "#src/evaluation/run/run-record";
import { RagServiceError } from "#src/rag/service-error";
import type { Pair } from "#src/release/events";

export type Asked = {
  readonly reply: Reply;
  /** What failed, in our own words; null where an answer came. */
  readonly error: string | null;
};

/** `wait`: nothing of it counts. `lone`: one arm alone was away. */
export type AskedBoth =
  | { readonly kind: "asked"; readonly arms: Readonly<Record<Arm, Asked>> }
  | { readonly kind: "wait"; readonly says: string; readonly lone: boolean };

/** So often one arm alone may be away before that is the arm's own failure. */
const MOST_TRIES = 3;
/** What stands in front of a service says so when there is no service behind it, or too many ask. */
const NOBODY_THERE = new Set([429, 502, 503, 504]);

/**
 * Asks both arms one question, one right after the other and each once: what fails fails for users too. A failure counts where the system
 * under test showed it: it answered with an error, took too long, or answered something else than it was asked.
 *
 * It doesn't count where nobody was there for either arm, or neither would be asked like this (another temperature, a cache). That says
 * nothing about the candidate, and counted as the worst score of both it would use up the questions, of which there are only so
 * many, and look as if the arms were equally good. One arm alone that is away may be a restart between the two; three times in a
 * row it is that arm's failure.
 *
 * Throws what stops every probe (a wrong token), and whatever the limiter throws.
 */
export async function askBoth(
  deps: Omit<AskServiceDeps, "waits">,
  pairs: Readonly<Record<Arm, Pair>>,
  epoch: Epoch,
  { gold, firstArm, tries }: { readonly gold: GoldQuestion; readonly firstArm: Arm; readonly tries: number },
  signal: AbortSignal,
): Promise<AskedBoth> {
  const ask = (arm: Arm) => askOnce(deps, pairs[arm], epoch, gold, signal);
  const first = await ask(firstArm);
  const second = await ask(firstArm === "baseline" ? "canary" : "baseline");
  const both = [first, second];
  const unusable = both.filter(({ isAway, isOther }) => isAway || isOther);
  const away = both.filter(({ isAway }) => isAway);
  const lone = unusable.length === 1 && away.length === 1;
  if (unusable.length === 2 || (lone && tries + 1 < MOST_TRIES)) {
    return { kind: "wait", says: unusable[0]?.reply.reason?.sentence ?? "The RAG service gave no answer.", lone };
  }
  const [baseline, canary] = firstArm === "baseline" ? [first, second] : [second, first];
  return { kind: "asked", arms: { baseline, canary } };
}

async function askOnce(
  deps: Omit<AskServiceDeps, "waits">,
  pair: Pair,
  epoch: Epoch,
  gold: GoldQuestion,
  signal: AbortSignal,
): Promise<Asked & { readonly isAway: boolean; readonly isOther: boolean }> {
  const failed: RagServiceError[] = [];
  const service: AskServiceDeps["service"] = {
    answer: async (request, held) => {
      try {
        return await deps.service.answer(request, held);
      } catch (error) {
        if (error instanceof RagServiceError) failed.push(error);
        throw error;
      }
    },
  };
  const reply = await askService({ ...deps, service, waits: [] }, { pair, epoch }, gold, signal);
  const status = failed[0]?.status ?? null;
  const { code = null } = reply.reason ?? {};
  return {
    reply,
    // Without the service's own words: they could hold what can't be stored.
    error: code === null || status === null ? code : `${code} ${status}`,
    isAway: code === "unreachable" || (status !== null && NOBODY_THERE.has(status)),
    isOther: code === "not-as-asked",
  };
}
