const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };

/** As a service may have written data into a prompt: between tags with entities, or inside JSON with backslashes. */
const readings = (prompt: string): readonly string[] => [
  prompt,
  prompt.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{2,6}));/gi, (whole, decimal, hex, name) =>
    name === undefined ? character(decimal ?? `0x${hex}`) : (ENTITIES[String(name).toLowerCase()] ?? whole),
  ),
  prompt.replace(/\\(?:u([0-9a-f]{4})|(.))/gi, (_whole, hex, letter) =>
    hex === undefined ? (/[nrtbf]/.test(letter) ? " " : letter) : character(`0x${hex}`),
  ),
];

function character(code: string): string {
  const point = Number(code);
  return point <= 0x10_ffff ? String.fromCodePoint(point) : "";
}

/** Letters and digits alone: white space, marks and quotes are set as each template likes. */
const letters = (text: string): string =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "");

/**
 * Which of these texts a prompt does not hold, however its template escapes and wraps them. Text for text: what was cut or
 * worded otherwise is not held.
 */
export function notHeld(prompt: string, texts: readonly string[]): readonly string[] {
  const read = readings(prompt).map(letters);
  return texts.filter((text) => {
    const wanted = letters(text);
    return !read.some((each) => each.includes(wanted));
  });
}
