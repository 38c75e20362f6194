/**
 * A set of texts, of which only 64 bits each are kept: a million take 24 MB, and no text stays alive. That two different ones are taken
 * for the same has a probability of 3 in 10⁸ for a million. Each has 30 bits more, to be marked with.
 */
export type Fingerprints = {
  /** Sets bits of a text, and returns which it had before; 0 for one that is new and had none. */
  mark(text: string, bits: number): number;
  readonly size: number;
};

const FIRST = 1 << 12;

export function createFingerprints(): Fingerprints {
  let slots = FIRST;
  let [high, low, flags] = [new Uint32Array(slots), new Uint32Array(slots), new Uint32Array(slots)];
  let size = 0;
  const placeOf = (a: number, b: number): number => {
    let place = (a ^ (b >>> 7)) & (slots - 1);
    while (flags[place] !== 0 && (high[place] !== a || low[place] !== b)) place = (place + 1) & (slots - 1);
    return place;
  };
  const grow = () => {
    const [oldHigh, oldLow, oldFlags] = [high, low, flags];
    slots *= 2;
    [high, low, flags] = [new Uint32Array(slots), new Uint32Array(slots), new Uint32Array(slots)];
    for (const [index, kept] of oldFlags.entries()) {
      if (kept === 0) continue;
      const place = placeOf(oldHigh[index] ?? 0, oldLow[index] ?? 0);
      high[place] = oldHigh[index] ?? 0;
      low[place] = oldLow[index] ?? 0;
      flags[place] = kept;
    }
  };
  return {
    mark(text, bits) {
      const [a, b] = [hash(text, 0x9e3779b1), hash(text, 0x85ebca77)];
      let place = placeOf(a, b);
      const known = flags[place] ?? 0;
      if (known === 0) {
        size++;
        if (size * 3 > slots * 2) {
          grow();
          place = placeOf(a, b);
        }
        high[place] = a;
        low[place] = b;
      }
      flags[place] = known | bits | KNOWN;
      return known & ~KNOWN;
    },
    get size() {
      return size;
    },
  };
}

/** Set for every text that is in: a place with no flags is empty. */
const KNOWN = 0x40000000;

/** 32 bits of a text, by another seed others: multiply and rotate over its code units, then mix (the finish is MurmurHash3's). */
function hash(text: string, seed: number): number {
  let h = seed ^ text.length;
  for (let index = 0; index < text.length; index++) {
    h = Math.imul(h ^ text.charCodeAt(index), 0xcc9e2d51);
    h = (h << 15) | (h >>> 17);
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
