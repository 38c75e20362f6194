import { LIMITS } from "#src/slack/limits";

/**
 * What a button or a modal carries: release id, item (check, sign-off, section or service) and `seen`, the digest of
 * what the person saw. Ids and a version, never authority: who may is decided from the payload's user.
 */
export type Carried = {
  readonly r: string;
  readonly i?: string;
  readonly s?: string;
  /** Page of Details. */
  readonly p?: number;
};

/** An item's id longer than this has no button: the rows say so, and the command line still reaches it. */
const LONGEST_ID = 200;

/** Compact JSON for a button's `value` or a modal's `private_metadata`; null when it can't be carried whole. */
export function carry(carried: Carried): string | null {
  if ((carried.i?.length ?? 0) > LONGEST_ID) return null;
  const text = JSON.stringify(carried);
  return text.length <= LIMITS.button.value ? text : null;
}

/** Reads what `carry` wrote. Null for anything else: a value comes from the outside. */
export function readCarried(text: string | undefined): Carried | null {
  const parsed = parse(text ?? "");
  if (typeof parsed !== "object" || parsed === null) return null;
  const { r, i, s, p }: Readonly<Record<string, unknown>> = { ...parsed };
  if (typeof r !== "string" || !isOptional(i, "string") || !isOptional(s, "string") || !isOptional(p, "number")) {
    return null;
  }
  return {
    r,
    ...(typeof i === "string" ? { i } : {}),
    ...(typeof s === "string" ? { s } : {}),
    ...(typeof p === "number" && Number.isSafeInteger(p) && p >= 0 ? { p } : {}),
  };
}

function isOptional(value: unknown, type: "string" | "number"): boolean {
  return value === undefined || typeof value === type;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
