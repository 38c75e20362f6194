import { AwsError } from "#sandbox/bedrock/aws-error";
import { checkClaim, extractClaims, LABELS, type Label } from "#sandbox/bedrock/models/judge";
import type { PromptParts } from "#sandbox/bedrock/models/prompt-parts";
import type { Reading } from "#sandbox/bedrock/models/reader";

type JsonSchema = Readonly<Record<string, unknown>>;

const asSchema = (value: unknown): JsonSchema =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : {};
const propertiesOf = (schema: JsonSchema) => asSchema(schema.properties);

/** The input of a tool with `claims` (or `labels`) to fill, in the form that its schema asks for. */
export function fillForJudge(schema: JsonSchema, parts: PromptParts): object {
  const wanted = propertiesOf(schema);
  const filled: Record<string, unknown> = {};
  if ("claims" in wanted) {
    const form = asSchema(asSchema(wanted.claims).items);
    filled.claims = extractClaims(parts).map(({ subject, predicate, object }) => {
      if (form.type === "array") return [subject, predicate, object];
      return form.type === "string" ? `${subject} ${predicate} ${object}` : { subject, predicate, object };
    });
  }
  if ("labels" in wanted) {
    const form = asSchema(asSchema(wanted.labels).items);
    filled.labels = "against" in propertiesOf(form) ? rowsOf(parts) : labelList(form, parts);
  }
  return complete(schema, filled);
}

const labelList = (form: JsonSchema, parts: PromptParts) =>
  judge(parts).map(({ id, label }) => (form.type === "string" ? label : labelled(form, id, label)));

/** `{claim: "r1", against: {k0: "Neutral", k1: "Entailment"}}`: a label against each of several references. */
const rowsOf = (parts: PromptParts) =>
  parts.claims.map(({ id: claim, text }) => ({
    claim,
    against: Object.fromEntries(parts.references.map((reference) => [reference.id, checkClaim(text, reference.text)])),
  }));

export const judge = (parts: PromptParts): { readonly id: string; readonly label: Label }[] =>
  parts.claims.map(({ id, text }) => ({ id, label: checkClaim(text, parts.reference ?? "") }));

/** `{claim: 1, label: "Neutral"}`, with the names that the schema has for the two. */
function labelled(form: JsonSchema, id: string, label: Label): object {
  const properties = Object.entries(propertiesOf(form));
  const isLabel = (schema: unknown) => {
    const values = asSchema(schema).enum;
    return Array.isArray(values) && LABELS.every((known) => values.includes(known));
  };
  const labelKey = properties.find(([, schema]) => isLabel(schema))?.[0] ?? "label";
  const [idKey, idSchema] = properties.find(([key]) => key !== labelKey) ?? ["claim", {}];
  const numeric = /^(?:integer|number)$/.test(String(asSchema(idSchema).type));
  return { [idKey]: numeric ? Number(id) : id, [labelKey]: label };
}

/** The input of a tool with `answer` and, if it asks for them, `citations`. */
export function fillForReader(schema: JsonSchema, reading: Reading): object {
  const wanted = propertiesOf(schema);
  const filled: Record<string, unknown> = {};
  if ("answer" in wanted) filled.answer = reading.text.replace(/\s*\[[^[\]]*\]/g, "");
  if ("citations" in wanted) filled.citations = reading.citations;
  return complete(schema, filled);
}

/** A rule has no way to invent the rest: it says so instead of making something up. */
function complete(schema: JsonSchema, filled: Readonly<Record<string, unknown>>): object {
  const required: unknown[] = Array.isArray(schema.required) ? schema.required : [];
  const missing = required.filter((key) => !(String(key) in filled));
  if (missing.length === 0 && Object.keys(filled).length > 0) return filled;
  throw new AwsError(
    "ModelErrorException",
    `This rule-based sandbox model can't fill ${missing.map((key) => `"${String(key)}"`).join(", ") || "this tool"}.`,
  );
}
