import { z } from "zod";
import { attributesSchema } from "#src/observations/otlp-attributes";
import { type AnswerSpan, toObservationLine } from "#src/observations/otlp-mapping";
import type { Entry } from "#src/observations/prepare-rows";

/** The body is no export of traces at all. */
export class NotOtlp extends Error {
  override readonly name = "NotOtlp";
}

const nanos = z.union([z.string().regex(/^\d{1,19}$/), z.int().nonnegative()]).transform(BigInt);

const spanSchema = z.looseObject({
  name: z.string().default(""),
  traceId: z.string(),
  parentSpanId: z.string().nullish(),
  startTimeUnixNano: nanos,
  endTimeUnixNano: nanos,
  attributes: attributesSchema,
  events: z.array(z.looseObject({ name: z.string().default(""), attributes: attributesSchema })).nullish(),
  status: z.looseObject({ code: z.union([z.number(), z.string()]).nullish(), message: z.string().nullish() }).nullish(),
});

const exportSchema = z.looseObject({
  resourceSpans: z
    .array(
      z.looseObject({
        resource: z.looseObject({ attributes: attributesSchema }).nullish(),
        scopeSpans: z.array(z.looseObject({ spans: z.array(z.unknown()).nullish() })).nullish(),
      }),
    )
    .nullish(),
});

const NO_PARENT = /^0*$/;

/**
 * The answers in an OTLP/HTTP JSON export, numbered by span from 1. An answer is a span with the attribute `golive.arm`, or one without a parent
 * whose resource has it; the spans inside a request are passed over. Throws `NotOtlp` where the body is no such export.
 */
export function* readSpans(body: Buffer): Generator<Entry> {
  let place = 0;
  for (const { resource, scopeSpans } of parseExport(body)) {
    for (const { spans } of scopeSpans ?? []) {
      for (const span of spans ?? []) {
        place++;
        const parsed = spanSchema.safeParse(span);
        if (!parsed.success) {
          const [issue] = parsed.error.issues;
          const sentence = `${issue?.path.join(".") ?? ""} is not as OTLP has it`;
          yield { place, refusal: { kind: "shape", sentence } };
          continue;
        }
        const arm = armOf(parsed.data, resource?.attributes.get("golive.arm"));
        if (arm !== undefined) yield toEntry(place, parsed.data, arm);
      }
    }
  }
}

function armOf({ attributes, parentSpanId }: z.infer<typeof spanSchema>, ofResource: unknown): unknown {
  if (attributes.has("golive.arm")) return attributes.get("golive.arm") ?? null;
  return NO_PARENT.test(parentSpanId ?? "") ? ofResource : undefined;
}

function toEntry(place: number, span: z.infer<typeof spanSchema>, arm: unknown): Entry {
  const answer: AnswerSpan = {
    traceId: span.traceId,
    start: span.startTimeUnixNano,
    end: span.endTimeUnixNano,
    attributes: span.attributes,
    events: span.events ?? [],
    failed: span.status?.code === 2 || span.status?.code === "STATUS_CODE_ERROR",
    message: span.status?.message ?? "",
  };
  const mapped = toObservationLine(answer, arm);
  if (typeof mapped !== "string") return { place, value: mapped };
  return { place, refusal: { kind: "shape", sentence: mapped } };
}

function parseExport(body: Buffer) {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new NotOtlp("the body is no JSON in UTF-8");
  }
  const parsed = exportSchema.safeParse(value);
  if (parsed.success) return parsed.data.resourceSpans ?? [];
  const where = parsed.error.issues[0]?.path.join(".") ?? "";
  throw new NotOtlp(
    `the body is no OTLP export of traces: ${where === "" ? "expected an object" : `look at ${where}`}`,
  );
}
