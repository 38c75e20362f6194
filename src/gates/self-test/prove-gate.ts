import type { Gate } from "#src/gates/gate";
import { examine } from "#src/gates/run-gate";
import type { Scratch } from "#src/gates/self-test/scratch-world";
import type { BadFixture, Fixture, SelfTest } from "#src/gates/self-test/self-test";
import type { CheckId } from "#src/release/checklist";
import type { Verdict } from "#src/release/events";

/** What a gate said to one fixture. */
export type ProofCase = {
  readonly what: string;
  /** What it was made to find; null for the good twin. */
  readonly wanted: string | null;
  readonly verdict: Verdict;
  readonly findings: readonly string[];
  readonly summary: string;
  readonly evidenceHash: string;
};

/** `sure`: the gate itself is to blame; else it could not be held against the fixture at all. */
export type ProofProblem = { readonly sure: boolean; readonly kind: string; readonly text: string };

/** `unproven`: the gate itself is to blame. `error`: it could not be held against its fixtures. */
export type Standing = "proven" | "unproven" | "error";

export function standingOf({ problems }: Pick<Proof, "problems">): Standing {
  if (problems.length === 0) return "proven";
  return problems.some(({ sure }) => sure) ? "unproven" : "error";
}

/** Whether a gate fails where it should and passes where it should. Proven: no problems. */
export type Proof = {
  readonly gate: CheckId;
  readonly version: number;
  readonly cases: readonly ProofCase[];
  readonly problems: readonly ProofProblem[];
};

/**
 * Runs a gate on each of its bad fixtures, where it must fail with the finding the fixture was made for, and on the good
 * twin, where it must pass. Never throws for what a gate or the store does; rethrows only when `signal` is aborted.
 */
export async function proveGate(
  gate: Gate,
  test: SelfTest | undefined,
  scratch: Scratch,
  signal: AbortSignal,
): Promise<Proof> {
  const named = { gate: gate.id, version: gate.version };
  if (test === undefined) {
    const text = "it has no fixture to fail on";
    return { ...named, cases: [], problems: [{ sure: true, kind: "no-fixture", text }] };
  }
  const cases: ProofCase[] = [];
  const problems: ProofProblem[] = [];
  const fixtures = [
    ...test.bad.map((fixture, at) => ({
      name: `bad-${at + 1}`,
      fixture,
      finds: fixture.finds,
      must: fixture.verdict ?? "fail",
    })),
    { name: "good", fixture: test.good, finds: null, must: "pass" },
  ];
  for (const { name, fixture, finds, must } of fixtures) {
    try {
      const found = await face(gate, fixture, finds, scratch, signal);
      cases.push(found);
      const problem = judge(name, found, finds, must);
      if (problem !== null) problems.push(problem);
    } catch (error) {
      signal.throwIfAborted();
      const why = error instanceof Error ? error.message : String(error);
      problems.push({ sure: false, kind: `${name}:not-built`, text: `${fixture.what} could not be set up (${why})` });
    }
  }
  return { ...named, cases, problems };
}

function face(
  gate: Gate,
  fixture: Fixture,
  finds: BadFixture["finds"] | null,
  scratch: Scratch,
  signal: AbortSignal,
): Promise<ProofCase> {
  return scratch.face(fixture, async (world) => {
    const faced = fixture.gate?.(world) ?? gate;
    if (faced.id !== gate.id || faced.version !== gate.version) {
      throw new Error(`the fixture of ${gate.id} brings ${faced.id} version ${faced.version}`);
    }
    const { result, findings } = await examine(faced, world.subject, signal);
    return {
      what: fixture.what,
      wanted: finds === null ? null : String(finds),
      verdict: result.verdict,
      findings,
      summary: result.summary,
      evidenceHash: result.evidenceHash,
    };
  });
}

function judge(name: string, found: ProofCase, finds: BadFixture["finds"] | null, must: string): ProofProblem | null {
  const { what, verdict, findings } = found;
  const kind = `${name}:${verdict}`;
  if (verdict === "error") return { sure: false, kind, text: `it could not run on ${what} (${found.summary})` };
  if (finds === null) {
    return verdict === "pass" ? null : { sure: true, kind, text: `it does not pass ${what}, but says ${verdict}` };
  }
  if (verdict !== must) {
    const wanted = must === "fail" ? `it does not fail ${what}` : `it is not ${must} about ${what}`;
    return { sure: true, kind, text: `${wanted}, but says ${verdict}` };
  }
  const hit = findings.some((each) => (typeof finds === "string" ? each === finds : finds.test(each)));
  const text = `it says ${must} to ${what} for another reason (${findings.join(", ") || "none"})`;
  return hit ? null : { sure: true, kind: `${name}:other-finding`, text };
}
