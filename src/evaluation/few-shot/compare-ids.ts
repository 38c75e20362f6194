/**
 * Order of ids by code points: the same on every machine, whatever its locale. JavaScript's own `<` goes by halves of characters, which puts
 * U+1F600 before U+FFFD.
 */
export function compareIds(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  for (let at = 0; at < end; at++) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left !== right) return inOrder(left) - inOrder(right);
  }
  return a.length - b.length;
}

/** Halves of characters beyond the first plane come after all that is in it. */
const inOrder = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
