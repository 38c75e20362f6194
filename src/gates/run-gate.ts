import type { Gate, GateFinding, GateSubject } from "#src/gates/gate";
import { findNotApplicable, thresholdsOf } from "#src/gates/not-applicable";
import { ModelError } from "#src/models/model-error";
import { RagServiceError } from "#src/rag/service-error";
import { RagStoreError } from "#src/rag/store-error";
import type { CheckResult, Verdict } from "#src/release/events";
import { digestOf, evidenceHash } from "#src/release/hash";

/** Told about a fault inside a gate, with everything; people get a sentence without it. */
export type OnFault = (gate: string, error: unknown) => void;

class GateTimeout extends Error {}

/** A result with the kinds of what stands against a pass; for an error, which error it was. */
export type Examined = { readonly result: CheckResult; readonly findings: readonly string[] };

/** Runs one gate to a result, always. See `examine`. */
export async function runGate(
  gate: Gate,
  subject: GateSubject,
  signal: AbortSignal,
  onFault?: OnFault,
): Promise<CheckResult> {
  return (await examine(gate, subject, signal, onFault)).result;
}

/**
 * Runs one gate to a result, always: a throw, a timeout and a cancellation become the verdict `error`, never a pass. The
 * gate's signal is aborted when its time is up; a gate that ignores it is left behind.
 */
export async function examine(
  gate: Gate,
  subject: GateSubject,
  signal: AbortSignal,
  onFault: OnFault = () => undefined,
): Promise<Examined> {
  const thresholds = thresholdsOf(gate, subject.service);
  const hashed = (verdict: Verdict, inputs: string, findings: readonly string[]): string =>
    evidenceHash({
      check: gate.id,
      version: gate.version,
      verdict,
      thresholds,
      inputs: digestOf({ inputs, findings: [...new Set(findings)].sort() }),
    });
  try {
    const { inputs, findings, ...finding } = withoutNaN(await withinTime(gate, subject, signal));
    return { result: { ...finding, evidenceHash: hashed(finding.verdict, inputs, findings) }, findings };
  } catch (error) {
    // Stopped from outside: no fault of the gate, and a stack for each check of a process that ends helps nobody.
    if (!signal.aborted) onFault(gate.id, error);
    const findings = [faultKind(error, signal)];
    const result: CheckResult = {
      verdict: "error",
      ...sayFault(gate, error, signal),
      value: "could not run",
      bar: "",
      numbers: {},
      how: `gate ${gate.id}, version ${gate.version}`,
      // No inputs: nothing was looked at. The same error twice is the same evidence, another error is another one.
      evidenceHash: hashed("error", "", findings),
    };
    return { result, findings };
  }
}

async function withinTime(gate: Gate, subject: GateSubject, outer: AbortSignal): Promise<GateFinding> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new GateTimeout()), gate.timeoutMs);
  const signal = AbortSignal.any([outer, limit.signal]);
  const over = Promise.withResolvers<never>();
  const giveUp = (): void => over.reject(signal.reason);
  try {
    signal.throwIfAborted();
    signal.addEventListener("abort", giveUp, { once: true });
    return await Promise.race([look(gate, subject, signal), over.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", giveUp);
  }
}

async function look(gate: Gate, subject: GateSubject, signal: AbortSignal): Promise<GateFinding> {
  return (await findNotApplicable(gate, subject, signal)) ?? gate.check(subject, signal);
}

/**
 * Which error it was. What passes by itself is known by its code: a refused and a reset connection are both the store
 * away. Anything else is known by its words too, since one code stands for many tables and rights.
 */
function faultKind(error: unknown, outer: AbortSignal): string {
  if (outer.aborted) return "stopped";
  if (error instanceof GateTimeout) return "time-limit";
  if (error instanceof ModelError) return `model:${error.code}`;
  if (error instanceof RagServiceError) return `service:${error.code}`;
  if (error instanceof RagStoreError) {
    return error.retryable ? `store:${error.code}` : `store:${error.code}:${digestOf(error.message.toWellFormed())}`;
  }
  return error instanceof Error ? `fault:${error.name}:${digestOf(error.message.toWellFormed())}` : "fault";
}

function sayFault(gate: Gate, error: unknown, outer: AbortSignal): { summary: string; next: string } {
  if (outer.aborted) {
    const summary = `"${gate.title}" was stopped before it was done. Nothing is known about it now.`;
    return { summary, next: "Rerun this check." };
  }
  if (error instanceof GateTimeout) {
    const seconds = Math.round(gate.timeoutMs / 100) / 10;
    const summary = `"${gate.title}" did not finish within ${seconds} s and was stopped. Nothing is known about it now.`;
    return {
      summary,
      next: "See what slows the RAG store down (locks, load, missing ANALYZE), then rerun this check.",
    };
  }
  if (error instanceof RagStoreError) {
    const next = error.retryable
      ? "See that the RAG store runs and is reachable, then rerun this check."
      : "Correct rag_store in golive.yaml or the rights of Golive's role in the RAG store, then rerun this check.";
    return { summary: `"${gate.title}" could not run. ${sentence(error.message)}`, next };
  }
  const kind = error instanceof Error ? error.name : typeof error;
  if (error instanceof ModelError) {
    const next = error.retryable
      ? error.code === "throttled"
        ? "It says nothing of the release: see the provider's quota and who else uses it, then rerun this check."
        : "It says nothing of the release: see the provider's state and the way to it (a proxy, a connection that breaks), then rerun this check."
      : "Correct what the sentence names (model id, access, region, credentials), then rerun this check.";
    return { summary: `"${gate.title}" could not run. ${sentence(error.message)}`, next };
  }
  if (error instanceof RagServiceError) {
    return { summary: `"${gate.title}" could not run. ${sentence(error.message)}`, next: nextWith(error) };
  }
  const summary = `"${gate.title}" stopped with a fault inside Golive (${kind}). The log has the details.`;
  return { summary, next: "Rerun this check; if it happens again, report it with the log." };
}

/** What to do about a RAG service that did not answer as it should. */
function nextWith({ retryable, status }: RagServiceError): string {
  if (retryable) return "See that the RAG service runs and is reachable from here, then rerun this check.";
  switch (status) {
    case 401:
    case 403:
      return "Give Golive a token that the RAG service takes (rag_service.token_env in golive.yaml names the variable), then rerun this check.";
    case 404:
      return "See that the service reads the same RAG store and knows this run and configuration version, then rerun this check.";
    case 422:
      return "The service can't run this configuration version: correct what it names, as a new version, and start with that.";
    default:
      return "Let the service answer as docs/rag-service.md describes (or correct rag_service in golive.yaml), then rerun this check.";
  }
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** A number that is none can't be evidence: it is shown as missing, and a pass that rests on it is not one. */
function withoutNaN(finding: GateFinding): GateFinding {
  const entries = Object.entries(finding.numbers);
  const bad = entries.filter(([, value]) => typeof value === "number" && !Number.isFinite(value)).map(([key]) => key);
  if (bad.length === 0) return finding;
  const numbers = Object.fromEntries(entries.map(([key, value]) => [key, bad.includes(key) ? null : value]));
  if (finding.verdict !== "pass") return { ...finding, numbers };
  return {
    ...finding,
    numbers,
    findings: [...finding.findings, ...bad.map((key) => `${key}:not-a-number`)],
    verdict: "inconclusive",
    summary: `The numbers are incomplete (${bad.join(", ")}): ${finding.summary}`,
    next: "Rerun this check; if it happens again, look at the data it reads.",
  };
}
