import { decide } from "#src/release/decide";
import { explore } from "#test/release/exploration";
import { fingerprint, movesOf, opened, VARIANTS } from "#test/release/toy";

/**
 * Every state of the toy release, to closure, in each variant of policy: `node test/nightly/explore.ts [max states]`.
 * Prints the number of states and exits 1 on the first breach of a rule, with the shortest path to it.
 */
const maxStates = Number(process.argv[2] ?? 5_000_000);
let total = 0;
let failed = false;
for (const [name, variant] of Object.entries(VARIANTS)) {
  const began = performance.now();
  const found = explore({
    decide,
    roots: [opened(variant)],
    movesOf,
    fingerprint,
    maxDepth: 200,
    maxStates,
    onDepth: (depth, states) => console.error(`${name}: depth ${depth}, ${states.toLocaleString("en")} states`),
  });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const memory = Math.round(process.memoryUsage().rss / 2 ** 20);
  total += found.states;
  const counted = `${found.states.toLocaleString("en")} states, ${found.transitions.toLocaleString("en")} decisions`;
  console.log(
    `${name}: ${counted}, ${found.closed ? "closed" : "NOT closed"} at depth ${found.depth}, ${seconds} s, ${memory} MB`,
  );
  console.log(`  endings: ${JSON.stringify(found.endings)}`);
  if (found.breach !== null) console.log(`  ${found.breach.problems.join("; ")}\n  ${found.breach.path.join(" → ")}`);
  failed ||= found.breach !== null || !found.closed;
}
console.log(
  `${total.toLocaleString("en")} states in all: ${failed ? "a rule is broken, or the space was not closed" : "every rule holds in each"}`,
);
process.exitCode = failed ? 1 : 0;
