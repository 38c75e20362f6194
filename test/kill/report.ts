/** Says how long a release needed from the restart until it was live, for whoever reads the test's output. */
export function report(what: string, seconds: number): void {
  process.stdout.write(`    ${what}: live ${seconds.toFixed(1)} s after the restart began\n`);
}
