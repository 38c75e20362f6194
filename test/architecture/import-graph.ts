import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { findRequests } from "#test/architecture/module-requests";
import { type Token, tokenize } from "#test/architecture/tokens";

/** An edge of the graph. `to` is a path in the tree, or for anything from outside its specifier. */
export type Import = {
  readonly to: string;
  readonly kind: "file" | "package" | "missing" | "computed";
  readonly typeOnly: boolean;
  readonly names: readonly string[];
};

type Module = { readonly path: string; readonly tokens: readonly Token[]; readonly imports: readonly Import[] };

/** Path (with `/`, from the root) → module. */
export type ImportGraph = ReadonlyMap<string, Module>;

/** Reads every .ts file below these folders of `root`; the aliases are those of its package.json. */
export function readImportGraph(root: string, folders: readonly string[]): ImportGraph {
  const aliases = readAliases(root);
  const graph = new Map<string, Module>();
  for (const folder of folders.filter((each) => existsSync(join(root, each)))) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.[cm]?tsx?$/.test(entry.name)) continue;
      const file = join(entry.parentPath, entry.name);
      const path = relative(root, file).split(sep).join("/");
      const tokens = readTokens(file);
      const imports = findRequests(tokens).map((request): Import => {
        const { typeOnly, names } = request;
        if (request.specifier === null) return { to: "(computed)", kind: "computed", typeOnly, names };
        return { ...resolveSpecifier(root, file, request.specifier, aliases), typeOnly, names };
      });
      graph.set(path, { path, tokens, imports });
    }
  }
  return graph;
}

function readTokens(file: string): Token[] {
  try {
    return tokenize(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`${file} can't be read as code`, { cause: error });
  }
}

/** `#src/*` → `./src/*.ts`, as [prefix, folder, ending]. */
type Alias = readonly [prefix: string, folder: string, ending: string];

function readAliases(root: string): Alias[] {
  const manifest: unknown = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  if (typeof manifest !== "object" || manifest === null || !("imports" in manifest)) return [];
  return Object.entries(manifest.imports ?? {}).map(([key, target]): Alias => {
    const [folder, ending] = String(target).split("*");
    if (!key.endsWith("*") || folder === undefined || ending === undefined) {
      throw new Error(`import alias ${key} is of a form that this check doesn't know`);
    }
    return [key.slice(0, -1), folder, ending];
  });
}

function resolveSpecifier(
  root: string,
  from: string,
  specifier: string,
  aliases: readonly Alias[],
): { readonly to: string; readonly kind: "file" | "package" | "missing" } {
  const alias = aliases.find(([prefix]) => specifier.startsWith(prefix));
  const target = alias
    ? resolve(root, `${alias[1]}${specifier.slice(alias[0].length)}${alias[2]}`)
    : /^(\.|\/|file:)/.test(specifier)
      ? resolve(dirname(from), specifier.replace(/^file:\/\//, ""))
      : null;
  if (target === null) return { to: specifier, kind: specifier.startsWith("#") ? "missing" : "package" };
  const to = relative(root, target).split(sep).join("/");
  return { to, kind: existsSync(target) ? "file" : "missing" };
}
