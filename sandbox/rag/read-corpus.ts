import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { type MarkdownDocument, titleOf } from "#sandbox/rag/chunk-markdown";

/** All Markdown files below `dir`, in the order of their paths (with `/`), so that a corpus reads the same everywhere. */
export async function readCorpus(dir: string): Promise<MarkdownDocument[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && /\.(md|markdown)$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ file, path: relative(dir, file).split(sep).join("/") }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  if (files.length === 0) throw new Error(`no Markdown files in ${dir}: a corpus needs at least one .md file`);
  return Promise.all(
    files.map(async ({ file, path }) => {
      // Postgres text can't hold U+0000, and nobody means it.
      const body = (await readFile(file, "utf8")).replace(/^\uFEFF/, "").replaceAll("\0", "");
      return { path, title: titleOf(path, body), body };
    }),
  );
}
