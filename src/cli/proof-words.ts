import type { Gate } from "#src/gates/gate";
import type { LastProof } from "#src/gates/self-test/proof-records";

/** "proven to fail 2 h ago", beside a gate: of its present version only. `now` in epoch milliseconds. */
export function proofWords({ version }: Gate, proof: LastProof | undefined, now: number): string {
  if (proof === undefined) return "never proven to fail";
  const ago = `${age(Math.max(0, now - proof.at))} ago`;
  if (proof.version !== version) return "never proven to fail in this version";
  switch (proof.standing) {
    case "proven":
      return `proven to fail ${ago}`;
    case "unproven":
      return `not to be trusted: its self-test failed ${ago}`;
    case "error":
      return `not proven: its last self-test could not run, ${ago}`;
  }
}

function age(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return "less than a minute";
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}
