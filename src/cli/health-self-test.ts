import { createProgress } from "#src/cli/health-progress";
import { EXIT, type ExitCode, type Io, printJson } from "#src/cli/io";
import type { Session } from "#src/cli/open-core";
import { HANG, row } from "#src/cli/release-text";
import { wrap } from "#src/cli/wrap";
import type { Gate } from "#src/gates/gate";
import { type Proof, type Standing, standingOf } from "#src/gates/self-test/prove-gate";

/** Proves these gates one after the other, with progress on stderr, and prints what came of it. */
export async function selfTest(
  io: Io,
  { core, service }: Session,
  gates: readonly Gate[],
  options: { readonly json: boolean; readonly signal: AbortSignal },
): Promise<ExitCode> {
  const { checks } = core;
  const progress = createProgress(
    io,
    gates.map(({ id }) => id),
    1,
  );
  const around = await checks.surroundingsOf(service.id);
  const proofs = await checks
    .prove(gates, around, options.signal, (proof) => {
      const standing = standingOf(proof);
      progress.done(proof.gate, `${WORD[standing]}, ${many(proof.cases.length, "fixture")}`, standing === "proven");
    })
    .finally(() => progress.end());
  if (options.json) printJson(io, proofsJson(service.id, proofs));
  else void io.out(proofsText(service.id, proofs));
  const standings = proofs.map(standingOf);
  if (standings.includes("unproven")) return EXIT.failed;
  return standings.includes("error") ? EXIT.inconclusive : EXIT.pass;
}

const WORD: Readonly<Record<Standing, string>> = {
  proven: "proven",
  unproven: "not to be trusted",
  error: "could not be proven",
};
const STATUS = { proven: "pass", unproven: "fail", error: "error" } as const;

const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

function proofsText(service: string, proofs: readonly Proof[]): string {
  const proven = proofs.filter((proof) => standingOf(proof) === "proven").length;
  return `${[
    ...wrap("", `${service}: each gate on fixtures made to fail it, and on a good twin that it must pass`),
    "",
    ...proofs.flatMap(proofLines),
    "",
    `${proven} of ${many(proofs.length, "gate")} proven. Nothing of the fixtures is left in the RAG store.`,
  ].join("\n")}\n`;
}

function proofLines(proof: Proof): string[] {
  const standing = standingOf(proof);
  const said = proof.problems.map(({ text }) => text).join("; ");
  const bad = proof.cases.filter(({ wanted }) => wanted !== null);
  const on = (verdict: string) => bad.flatMap((each) => (each.verdict === verdict ? [each.what] : []));
  const unsure = on("inconclusive");
  const proven = `Fails on ${on("fail").join("; on ")}.${unsure.length === 0 ? "" : ` Is inconclusive about ${unsure.join("; about ")}.`}`;
  const lines = row(
    STATUS[standing],
    proof.gate,
    standing === "proven" ? proven : `${said.charAt(0).toUpperCase()}${said.slice(1)}.`,
  );
  const good = proof.cases.find(({ wanted }) => wanted === null);
  return [...lines, ...(good?.verdict === "pass" ? wrap(" ".repeat(HANG), `Passes with ${good.what}.`) : [])];
}

function proofsJson(service: string, proofs: readonly Proof[]) {
  return {
    ok: proofs.every((proof) => standingOf(proof) === "proven"),
    service,
    gates: proofs.map((proof) => ({
      id: proof.gate,
      version: proof.version,
      standing: standingOf(proof),
      problems: proof.problems.map(({ kind, text }) => ({ kind, text })),
      fixtures: proof.cases.map(({ what, wanted, verdict, findings, summary, evidenceHash }) => ({
        what,
        made_to_fail_with: wanted,
        verdict,
        findings,
        summary,
        evidence_hash: evidenceHash,
      })),
    })),
  };
}
