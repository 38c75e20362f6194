/**
 * One thing that is wrong with a configuration. `line` is 1-based, null when no line can be named (a missing file, an
 * environment variable). `path` is where in the file, as `services.support-docs.channel`; empty for the file as a whole.
 */
export type Problem = {
  readonly file: string;
  readonly line: number | null;
  readonly path: string;
  readonly found: string;
  readonly expected: string;
};

/** A place inside a parsed file, as zod and YAML name it. */
export type Path = readonly (string | number)[];

/** `["items", 3, "check"]` → `items[3].check`. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? part : `${text}.${part}`;
  }, "");
}

/** One line per problem: where, what was found, what was expected. */
export function describeProblem(problem: Problem): string {
  const where = problem.line === null ? problem.file : `${problem.file}:${problem.line}`;
  const path = problem.path === "" ? "" : ` ${problem.path}`;
  const expected = problem.expected === "" ? "" : `; expected ${problem.expected}`;
  return `${where}${path}: ${problem.found}${expected}`;
}

/** As many of one file's problems are shown: who broke every line of it reads the first ones, and then runs it again. */
const MOST_OF_A_FILE = 20;

/** The whole report as people read it, ending with what to do next. Empty for no problems. */
export function describeProblems(problems: readonly Problem[]): string {
  return describe(problems, (count) => `The configuration has ${count}; nothing runs with it until they are mended:`);
}

/** The same of SOP cards alone: what is wrong with one keeps nothing from running. */
export function describeCardProblems(problems: readonly Problem[]): string {
  return describe(problems, (count) => `The SOP cards have ${count}; the others are used, and everything else runs:`);
}

function describe(problems: readonly Problem[], head: (count: string) => string): string {
  if (problems.length === 0) return "";
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  const files = [...Map.groupBy(problems, ({ file }) => file)];
  const lines = files.flatMap(([file, all]) => {
    const hidden = all.length - MOST_OF_A_FILE;
    const shown = all.slice(0, MOST_OF_A_FILE).map((problem) => `  ${describeProblem(problem)}`);
    return hidden > 0 ? [...shown, `  ${file}: and ${hidden} more`] : shown;
  });
  return [head(count), ...lines].join("\n");
}

/**
 * How a wrong value is shown. Short plain text is quoted; anything that could be a secret pasted into the wrong place
 * (a URL, a token, a long string) is described, never echoed.
 */
export function showValue(value: unknown): string {
  if (value === null) return "empty (null)";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  if (typeof value === "object") return "a mapping";
  if (typeof value !== "string") return String(value);
  if (value === "") return "empty text";
  const plain =
    /^[\p{L}\p{N} _.,#@-]{1,32}$/u.test(value) && !/^x(ox|app)/i.test(value) && !/^[0-9a-f]{24,}$/i.test(value);
  return plain ? `"${value}"` : `a text of ${value.length} characters`;
}
