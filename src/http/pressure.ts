/** What a request holds of the memory that all requests may have together. */
export type Hold = {
  /** False: there is no room for so many bytes more; the request has to go. */
  grow(bytes: number): boolean;
  release(): void;
};

/** How much may be under way at once: read, being checked, or waiting to be stored. */
export interface Pressure {
  /** Null: come back later. */
  enter(): Hold | null;
}

export type PressureLimits = { readonly bytes: number; readonly requests: number };

/** A bound on requests and on the bytes that they hold. A single one is always let in, whatever the bound. */
export function createPressure(limits: PressureLimits): Pressure {
  let [bytes, requests] = [0, 0];
  return {
    enter() {
      if (requests > 0 && (requests >= limits.requests || bytes >= limits.bytes)) return null;
      requests++;
      let [own, released] = [0, false];
      return {
        grow(more) {
          if (bytes + more > limits.bytes && requests > 1) return false;
          bytes += more;
          own += more;
          return true;
        },
        release() {
          if (released) return;
          released = true;
          requests--;
          bytes -= own;
        },
      };
    },
  };
}
