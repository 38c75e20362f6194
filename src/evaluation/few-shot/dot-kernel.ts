/** So many queries are scored at once against each row: what is read of a row is used for all of them. */
export const QUERIES_AT_ONCE = 4;
/** Rows of a block are worked on two by two. */
export const ROWS_AT_ONCE = 2;
/** Float32 numbers in one step. */
export const LANES = 4;

/** What this file needs of WebAssembly; the compiler's library for servers doesn't name it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (
    module: object,
    imports: { readonly m: { readonly m: { readonly buffer: ArrayBuffer } } },
  ) => { readonly exports: { readonly dots?: unknown } };
  validate(bytes: Uint8Array): boolean;
};

/**
 * Dot products in Float32 of the four queries at byte `queries` with `rows` (even) rows at byte `block`, written to byte `out`, four a row. A row
 * takes `stride` bytes, a multiple of 16. The numbers of the four queries stand in turns: four of the first, four of the second, and so on.
 */
export type DotKernel = {
  readonly floats: Float32Array;
  readonly dots: (queries: number, block: number, rows: number, stride: number, out: number) => void;
};

const isFunction = (value: unknown): value is DotKernel["dots"] => typeof value === "function";

/** The kernel over `bytes` of memory of its own. Null where the machine has no vector instructions of WebAssembly. */
export function createDotKernel(bytes: number): DotKernel | null {
  const code = moduleBytes();
  if (!WebAssembly.validate(code)) return null;
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / 65_536) });
  const { dots } = new WebAssembly.Instance(new WebAssembly.Module(code), { m: { m: memory } }).exports;
  if (!isFunction(dots)) throw new Error("the kernel exports no function `dots`");
  return { floats: new Float32Array(memory.buffer), dots };
}

// The instruction set, as in the WebAssembly core specification 2.0, chapter 5.4.
const [I32, V128, EMPTY] = [0x7f, 0x7b, 0x40];
const get = (local: number) => [0x20, local];
const set = (local: number) => [0x21, local];
const tee = (local: number) => [0x22, local];
const i32 = (value: number) => [0x41, ...signed(value)];
const ADD = [0x6a];
const SUB = [0x6b];
const GREATER = [0x4a];
const vector = (op: number) => [0xfd, ...unsigned(op)];
const load = (offset: number) => [...vector(0), 4, ...unsigned(offset)];
const ZEROS = [...vector(12), ...new Array<number>(16).fill(0)];
const MULTIPLY = vector(0xe6);
const PLUS = vector(0xe4);
const lane = (index: number) => [...vector(0x1f), index];
const F32_ADD = [0x92];
const store = (offset: number) => [0x38, 2, ...unsigned(offset)];
const loop = (...body: readonly number[][]) => [0x03, EMPTY, ...body.flat(), 0x0d, 0, 0x0b];

// Locals: the five parameters, then our own.
const [QUERIES, BLOCK, ROWS, STRIDE, OUT, LEFT, Q, SECOND, FIRST_ROW, SECOND_ROW, QUERY, SUMS] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
];
const ACCUMULATORS = QUERIES_AT_ONCE * ROWS_AT_ONCE;
const four = Array.from({ length: QUERIES_AT_ONCE }, (_, query) => query);
const all = Array.from({ length: ACCUMULATORS }, (_, sum) => sum);

/** Four numbers of two rows with four of each query. */
const step: readonly number[][] = [
  [...get(BLOCK), ...load(0), ...set(FIRST_ROW), ...get(SECOND), ...load(0), ...set(SECOND_ROW)],
  ...four.map((query) => [
    ...[...get(Q), ...load(16 * query), ...set(QUERY)],
    ...[...get(SUMS + query), ...get(QUERY), ...get(FIRST_ROW), ...MULTIPLY, ...PLUS, ...set(SUMS + query)],
    ...[...get(SUMS + 4 + query), ...get(QUERY), ...get(SECOND_ROW), ...MULTIPLY, ...PLUS, ...set(SUMS + 4 + query)],
  ]),
  [...get(Q), ...i32(64), ...ADD, ...set(Q), ...get(BLOCK), ...i32(16), ...ADD, ...set(BLOCK)],
  [...get(SECOND), ...i32(16), ...ADD, ...set(SECOND)],
  [...get(LEFT), ...i32(16), ...SUB, ...tee(LEFT), ...i32(0), ...GREATER],
];

/** The four lanes of a sum added up and written. */
const finish = (sum: number): number[] => [
  ...get(OUT),
  ...[...get(SUMS + sum), ...lane(0), ...get(SUMS + sum), ...lane(1), ...F32_ADD],
  ...[...get(SUMS + sum), ...lane(2), ...get(SUMS + sum), ...lane(3), ...F32_ADD],
  ...F32_ADD,
  ...store(4 * sum),
];

const twoRows: readonly number[][] = [
  ...all.map((sum) => [...ZEROS, ...set(SUMS + sum)]),
  [...get(QUERIES), ...set(Q), ...get(STRIDE), ...set(LEFT), ...get(BLOCK), ...get(STRIDE), ...ADD, ...set(SECOND)],
  loop(...step),
  ...all.map(finish),
  // After the step's loop `SECOND` is where the next two rows begin.
  [...get(SECOND), ...set(BLOCK), ...get(OUT), ...i32(4 * ACCUMULATORS), ...ADD, ...set(OUT)],
  [...get(ROWS), ...i32(ROWS_AT_ONCE), ...SUB, ...tee(ROWS), ...i32(0), ...GREATER],
];

/** The module: 300 bytes of instructions that stand above, so that nothing compiled has to be trusted. */
function moduleBytes(): Uint8Array {
  const locals = [2, 3, I32, 3 + ACCUMULATORS, V128];
  const code = [...locals, ...loop(...twoRows), 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 5, I32, I32, I32, I32, I32, 0]),
    ...section(2, [1, ...text("m"), ...text("m"), 2, 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...text("dots"), 0, 0]),
    ...section(10, [1, ...unsigned(code.length), ...code]),
  ]);
}

const section = (id: number, body: readonly number[]) => [id, ...unsigned(body.length), ...body];
const text = (ascii: string) => [ascii.length, ...[...ascii].map((letter) => letter.charCodeAt(0))];

/** LEB128. */
function unsigned(value: number): number[] {
  const low = value & 0x7f;
  const rest = value >>> 7;
  return rest === 0 ? [low] : [low | 0x80, ...unsigned(rest)];
}

function signed(value: number): number[] {
  const low = value & 0x7f;
  const rest = value >> 7;
  const isLast = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
  return isLast ? [low] : [low | 0x80, ...signed(rest)];
}
