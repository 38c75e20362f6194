/** As many digits of a pool's SHA-256 stand in its file's name. */
const SHOWN = 8;

/** What a pool's file is called that is not the configured one: `few_shot_pool.jsonl` → `few_shot_pool.1a2b3c4d.jsonl`. */
export function poolFileName(configured: string, sha256: string): string {
  const dot = configured.lastIndexOf(".");
  const [stem, ending] =
    dot <= configured.lastIndexOf("/") + 1 ? [configured, ""] : [configured.slice(0, dot), configured.slice(dot)];
  return `${stem}.${sha256.slice(0, SHOWN)}${ending}`;
}
