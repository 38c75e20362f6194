import { type Claim, LEASE_MS, type ProbeLedger } from "#src/canary/probes/probe-ledger";

/** Several words within a lease: one may be lost. */
const BEAT_MS = LEASE_MS / 4;

/** Keeps a question for as long as it is worked on. `signal` is aborted when it is somebody else's, or with `outer`. */
export function keepClaim(ledger: Pick<ProbeLedger, "renew">, claim: Claim, outer: AbortSignal) {
  const lost = new AbortController();
  let missed = 0;
  const beat = setInterval(() => {
    ledger.renew(claim).then(
      (mine) => {
        missed = 0;
        if (!mine) lost.abort(new Error("the question is somebody else's"));
      },
      () => {
        missed += 1;
        // Unheard for so long, somebody else may have it: what is asked now would be asked twice.
        if (missed >= 3) lost.abort(new Error("the database can't be reached"));
      },
    );
  }, BEAT_MS);
  beat.unref();
  return {
    signal: AbortSignal.any([outer, lost.signal]),
    lost: () => lost.signal.aborted,
    stop: () => clearInterval(beat),
  };
}
