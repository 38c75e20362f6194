import { z } from "zod";

/** A value of OTLP's JSON encoding. 64-bit whole numbers come as text. */
const valueSchema = z.looseObject({
  stringValue: z.string().optional(),
  boolValue: z.boolean().optional(),
  intValue: z.union([z.string(), z.number()]).optional(),
  doubleValue: z.union([z.string(), z.number()]).optional(),
});

export const attributesSchema = z
  .array(z.looseObject({ key: z.string(), value: valueSchema.nullish() }))
  .nullish()
  .transform((list) => new Map((list ?? []).map(({ key, value }) => [key, scalar(value ?? {})])));
export type Attributes = z.infer<typeof attributesSchema>;

/** Undefined for lists and maps: nothing that is mapped is one. */
function scalar({ stringValue, boolValue, intValue, doubleValue }: z.infer<typeof valueSchema>): unknown {
  if (stringValue !== undefined) return stringValue;
  if (boolValue !== undefined) return boolValue;
  const number = intValue ?? doubleValue;
  if (number === undefined) return undefined;
  const read = Number(number);
  // "NaN" and "Infinity" stay as they are, so that the check names them.
  return Number.isFinite(read) ? read : number;
}
