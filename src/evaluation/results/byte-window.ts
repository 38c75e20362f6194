import { ResultFileError } from "#src/evaluation/results/result-file-error";

/** Reads up to `length` bytes at `position` of a file into `into` from `at` on; 0 at the end. As FileHandle.read, promised. */
export type ReadBytes = (into: Uint8Array, at: number, length: number, position: number) => Promise<number>;

/** A part of a file in memory. `bytes` from `from` to `to` is what was read and not yet used. */
export type ByteWindow = {
  bytes: Buffer;
  from: number;
  to: number;
  /** Where `from` is in the file. */
  offset(): number;
  /** Reads more behind `to`; makes room by forgetting what was used, and by growing. False at the end of the file. */
  fill(): Promise<boolean>;
};

const FIRST_SIZE = 1 << 20;
/** One element that is longer than this is no result; it would have to be held in memory as a whole. */
export const MOST_BYTES = 64 << 20;

export function openWindow(read: ReadBytes, start = 0, size: number = FIRST_SIZE): ByteWindow {
  /** Where `to` is in the file. */
  let position = start;
  const window: ByteWindow = {
    bytes: Buffer.allocUnsafe(size),
    from: 0,
    to: 0,
    offset: () => position - (window.to - window.from),
    async fill() {
      if (window.from > 0) {
        window.bytes.copyWithin(0, window.from, window.to);
        window.to -= window.from;
        window.from = 0;
      }
      if (window.to === window.bytes.length) {
        if (window.bytes.length >= MOST_BYTES) {
          throw new ResultFileError("too-large", `one value is longer than ${MOST_BYTES >> 20} MB`, {
            offset: window.offset(),
          });
        }
        const larger = Buffer.allocUnsafe(Math.min(window.bytes.length * 2, MOST_BYTES));
        window.bytes.copy(larger, 0, 0, window.to);
        window.bytes = larger;
      }
      const count = await read(window.bytes, window.to, window.bytes.length - window.to, position);
      window.to += count;
      position += count;
      return count > 0;
    },
  };
  return window;
}
