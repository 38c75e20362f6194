/** Says how long something took, for whoever reads the test's output. */
export function report(what: string, seconds: number): void {
  process.stdout.write(`    ${what}: ${seconds.toFixed(1)} s\n`);
}
