/** A kept manifest whose text no longer has the hash it was kept under: nothing may be said in its name. */
export class ManifestError extends Error {
  readonly code = "tampered";
  readonly retryable = false;

  constructor(hash: string) {
    super(`The kept manifest ${hash.slice(0, 12)} is not what was frozen: its text has another hash.`);
    this.name = "ManifestError";
  }
}
