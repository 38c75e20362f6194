import { z } from "zod";
import type { YamlFile } from "#src/config/parse-yaml";
import { formatPath, type Path, type Problem, showValue } from "#src/config/problems";

/** Holds a parsed file against its schema: the typed value, or every difference with its line and what was expected. */
export function checkShape<S extends z.ZodType>(
  file: string,
  yaml: YamlFile,
  schema: S,
): { readonly ok: true; readonly value: z.infer<S> } | { readonly ok: false; readonly problems: readonly Problem[] } {
  const result = schema.safeParse(yaml.value);
  if (result.success) return { ok: true, value: result.data };
  const keysAt = knownKeys(schema);
  const problems = result.error.issues.flatMap((issue): Problem[] => {
    const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
    if (issue.code === "unrecognized_keys") {
      const expected = keysAt(path);
      return issue.keys.map((key) => ({
        file,
        line: yaml.lineOf([...path, key]),
        path: formatPath(path),
        found: `unknown key ${showValue(key)}`,
        expected: expected.length === 0 ? "" : `one of ${expected.join(", ")}`,
      }));
    }
    return [{ file, line: yaml.lineOf(path), path: formatPath(path), ...explain(issue, valueAt(yaml.value, path)) }];
  });
  return { ok: false, problems };
}

function explain(issue: z.core.$ZodIssue, value: unknown): { found: string; expected: string } {
  if (issue.code === "custom") {
    // A rule between several values says all of it itself.
    return { found: issue.message, expected: "" };
  }
  const found = value === undefined ? "missing" : showValue(value);
  switch (issue.code) {
    case "invalid_type":
      return { found, expected: typeName(issue.expected) };
    case "invalid_value":
      return { found, expected: `${issue.values.length > 1 ? "one of " : ""}${issue.values.map(String).join(", ")}` };
    case "invalid_key":
      return { found: "a key that is not allowed", expected: issue.issues.map((inner) => inner.message).join(", ") };
    default:
      return { found, expected: issue.message.replace(/^(Too (small|big)|Invalid [a-z]+): (expected )?/, "") };
  }
}

function typeName(expected: string): string {
  const names: Record<string, string> = {
    object: "a mapping",
    record: "a mapping",
    array: "a list",
    string: "text",
    int: "a whole number",
    number: "a number",
    boolean: "true or false",
  };
  return names[expected] ?? expected;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function valueAt(value: unknown, path: Path): unknown {
  let at: unknown = value;
  for (const part of path) {
    if (Array.isArray(at) && typeof part === "number") at = at[part];
    else if (isMapping(at) && Object.hasOwn(at, part)) at = at[String(part)];
    else return undefined;
  }
  return at;
}

/** Which keys the schema knows at a path: read from its JSON Schema, so that it can't differ from what is enforced. */
function knownKeys(schema: z.ZodType): (path: Path) => string[] {
  const root: unknown = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return (path) => {
    let at: unknown = root;
    for (const part of path) {
      if (!isMapping(at)) return [];
      if (typeof part === "number") at = at.items;
      else if (isMapping(at.properties) && Object.hasOwn(at.properties, part)) at = at.properties[part];
      else at = at.additionalProperties;
    }
    if (!isMapping(at)) return [];
    if (isMapping(at.properties)) return Object.keys(at.properties);
    const names = isMapping(at.propertyNames) ? at.propertyNames.enum : undefined;
    return Array.isArray(names) ? names.map(String) : [];
  };
}
