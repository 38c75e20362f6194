import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { checkShape } from "#src/config/check-shape";
import { parseYaml } from "#src/config/parse-yaml";
import { formatPath, type Path, type Problem, showValue } from "#src/config/problems";
import { readConfigFile } from "#src/config/read-config-file";
import { sopCardSchema } from "#src/config/sop-card-config";
import type { SopCard } from "#src/operations/sop/card";
import { PLACEHOLDERS, unknownPlaceholders } from "#src/operations/sop/placeholders";

/** The folder of a configuration directory that holds the cards. */
export const SOP_FOLDER = "sop";
/** Says how to add a card; it is none. */
const README = "README.md";
/** Characters of a card's text: what a message takes with everything else in it. */
const LONGEST_BODY = 2_000;

export type SopCards = {
  /** Those that are right, by id. */
  readonly cards: readonly SopCard[];
  /** What is wrong with the others. */
  readonly problems: readonly Problem[];
};

/**
 * Reads every card of a configuration directory. A broken one is a problem that is told, and takes no other with it; without the folder there
 * are none. `roles`: those of golive.yaml; null where they could not be read, and then no owner is held against them.
 */
export async function readSopCards(dir: string, roles: readonly string[] | null): Promise<SopCards> {
  const folder = join(dir, SOP_FOLDER);
  const listed = await list(folder);
  const cards: SopCard[] = [];
  const problems: Problem[] = [...listed.problems];
  for (const name of listed.names) {
    const read = await readConfigFile(folder, name);
    const parsed = read.ok ? readSopCard(join(folder, name), name, read.text, roles) : { problems: [read.problem] };
    if ("card" in parsed) cards.push(parsed.card);
    else problems.push(...parsed.problems);
  }
  return { cards, problems };
}

async function list(folder: string): Promise<{ readonly names: readonly string[]; readonly problems: Problem[] }> {
  try {
    const names = (await readdir(folder)).filter((name) => name.endsWith(".md") && name !== README);
    return { names: names.sort(), problems: [] };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    if (code === "ENOENT") return { names: [], problems: [] };
    const found = `can't be read (${code})`;
    return {
      names: [],
      problems: [{ file: folder, line: null, path: "", found, expected: "a folder of Markdown files" }],
    };
  }
}

/** One card: front matter between two lines of `---`, then Markdown. */
export function readSopCard(
  file: string,
  name: string,
  text: string,
  roles: readonly string[] | null,
): { readonly card: SopCard } | { readonly problems: readonly Problem[] } {
  const split = splitFrontMatter(file, text);
  if ("problem" in split) return { problems: [split.problem] };
  const parsed = parseYaml(file, split.yaml);
  if (!parsed.ok) return { problems: parsed.problems };
  const shaped = checkShape(file, parsed.yaml, sopCardSchema);
  if (!shaped.ok) return { problems: shaped.problems };
  const { steps, ...front } = shaped.value;
  const body = split.body.trim();
  const problem = (path: Path, found: string, expected: string): Problem => ({
    file,
    line: parsed.yaml.lineOf(path),
    path: formatPath(path),
    found,
    expected,
  });
  const texts: { readonly path: Path; readonly text: string }[] = [
    { path: ["title"], text: front.title },
    ...steps.flatMap(({ title, command }, at) => [
      { path: ["steps", at, "title"], text: title },
      ...(command === undefined ? [] : [{ path: ["steps", at, "command"], text: command }]),
    ]),
  ];
  const known = `one of ${Object.keys(PLACEHOLDERS).join(", ")}`;
  const problems: Problem[] = [
    ...(`${front.id}.md` === name
      ? []
      : [problem(["id"], showValue(front.id), `"${name.slice(0, -3)}", the file's name`)]),
    ...(roles === null || roles.includes(front.owner)
      ? []
      : [problem(["owner"], showValue(front.owner), `a role of golive.yaml: ${roles.join(", ")}`)]),
    ...texts.flatMap(({ path, text: said }) =>
      unknownPlaceholders(said).map((each) => problem(path, `unknown placeholder ${showValue(each.name)}`, known)),
    ),
    ...unknownPlaceholders(split.body).map(({ name: unknown, line }) => ({
      file,
      line: split.bodyLine + line - 1,
      path: "",
      found: `unknown placeholder ${showValue(unknown)}`,
      expected: known,
    })),
    ...(body.length >= 1 && body.length <= LONGEST_BODY
      ? []
      : [
          {
            file,
            line: split.bodyLine,
            path: "",
            found: `a text of ${body.length} characters`,
            expected: `1 to ${LONGEST_BODY}`,
          },
        ]),
  ];
  if (problems.length > 0) return { problems };
  return {
    card: { ...front, body, steps: steps.map(({ command, ...step }) => ({ ...step, command: command ?? null })) },
  };
}

type Split = { readonly yaml: string; readonly body: string; readonly bodyLine: number };

/** The front matter keeps its lines: an empty one stands for the first `---`. */
function splitFrontMatter(file: string, text: string): Split | { readonly problem: Problem } {
  const lines = text
    .replace(/^\uFEFF/, "")
    .replaceAll("\r\n", "\n")
    .split("\n");
  const no = (line: number, found: string, expected: string) => ({
    problem: { file, line, path: "", found, expected },
  });
  if (lines[0]?.trimEnd() !== "---") return no(1, "no front matter", "`---` as the first line");
  const end = lines.findIndex((line, at) => at > 0 && line.trimEnd() === "---");
  if (end < 0) return no(1, "front matter without an end", "a line `---` after it");
  const yaml = ["", ...lines.slice(1, end), ""].join("\n");
  return { yaml, body: lines.slice(end + 1).join("\n"), bodyLine: end + 2 };
}
