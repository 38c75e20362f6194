import type { Block, Json } from "#sandbox/slack/model";

/** Readers for wire JSON: a missing or wrongly typed member is the empty value, so that a renderer never throws. */
export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

export const isObject = (value: Json | undefined): value is Block =>
  typeof value === "object" && value !== null && !isList(value);

export const object = (from: Block | null, key: string): Block | null => {
  const value = from?.[key];
  return isObject(value) ? value : null;
};

export const objects = (from: Block | null, key: string): readonly Block[] => {
  const value = from?.[key];
  return isList(value) ? value.filter(isObject) : [];
};

export const list = (from: Block | null, key: string): readonly Json[] => {
  const value = from?.[key];
  return isList(value) ? value : [];
};

export const string = (from: Block | null, key: string): string => {
  const value = from?.[key];
  return typeof value === "string" ? value : "";
};

export const number = (from: Block | null, key: string): number | null => {
  const value = from?.[key];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
};

export const flag = (from: Block | null, key: string): boolean => from?.[key] === true;
