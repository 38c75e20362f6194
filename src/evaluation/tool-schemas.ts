import { Ajv, type ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { Conforms } from "#src/evaluation/oracle/tool-governance";
import { digestOf } from "#src/release/hash";

/** More different schemas than a service has tools: beyond that something is wrong, and nothing is remembered. */
const MOST_SCHEMAS = 500;
const MOST_BYTES = 100_000;

/**
 * Compares tool calls with their declared JSON Schemas (draft 2020-12, or draft-07 where `$schema` says so). `format` is an
 * annotation, as the standard has it. A schema that isn't one, or refers to somewhere else, conforms to nothing: null.
 */
export function createConforms(): Conforms {
  const known = new Map<string, ValidateFunction | null>();
  return (schema, value) => {
    const key = keyOf(schema);
    if (key === null) return null;
    let validate = known.get(key);
    if (validate === undefined) {
      validate = compile(schema);
      if (known.size < MOST_SCHEMAS) known.set(key, validate);
    }
    return validate === null ? null : validate(value) === true;
  };
}

function keyOf(schema: unknown): string | null {
  const text = JSON.stringify(schema) ?? "";
  return text === "" || text.length > MOST_BYTES ? null : digestOf(schema);
}

function compile(schema: unknown): ValidateFunction | null {
  if (typeof schema !== "boolean" && (typeof schema !== "object" || schema === null || Array.isArray(schema)))
    return null;
  const options = {
    strict: false,
    validateFormats: false,
    allErrors: false,
    addUsedSchema: false,
    logger: false,
  } as const;
  const draft7 = typeof schema === "object" && "$schema" in schema && /draft-0[4-7]/.test(String(schema.$schema));
  try {
    return (draft7 ? new Ajv(options) : new Ajv2020(options)).compile(schema);
  } catch {
    // Not a schema, or one that refers to what nobody gave us.
    return null;
  }
}
