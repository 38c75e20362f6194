import { z } from "zod";
import { line, name } from "#src/config/names";
import { FACT_NAMES } from "#src/manifest/configuration-facts";

const dottedPath = z
  .string()
  .max(200)
  .regex(/^[A-Za-z_][\w-]*(\.[A-Za-z_][\w-]*)*$/, "a path into the configuration version, like generation.model");

/** Where a configuration version keeps what can change an answer, if not where docs/rag-service.md puts it. */
export const configurationFactsSchema = z
  .partialRecord(
    z.enum(FACT_NAMES, { error: `one of ${FACT_NAMES.join(", ")}` }),
    z.union([dottedPath, z.strictObject({ applies: z.literal(false), reason: line.min(10) })], {
      error: "a path into the configuration version, or {applies: false, reason: …}",
    }),
  )
  .default({});

/** Relative to golive.yaml's folder. */
export const filePath = z
  .string()
  .max(500)
  .regex(/^(?!fill-in$)\S(.*\S)?$/, "a path, relative to golive.yaml's folder");

/** The examples that the service's prompts are taken from; left out where prompts carry none. */
export const fewShotPoolSchema = filePath.optional();

/** The datasets that evaluations of a service use: their bytes are part of the manifest. */
export const datasetsSchema = z
  .array(
    z.strictObject({
      id: name,
      file: filePath,
    }),
  )
  .min(1, "at least one dataset: without one no evaluation can be repeated")
  .refine((sets) => new Set(sets.map(({ id }) => id)).size === sets.length, "every dataset with an id of its own");
