/** A search that pauses between its parts, so that a process that has other work to do can do it. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** Runs it to its end at once. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
