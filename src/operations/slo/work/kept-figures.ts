import { z } from "zod";
import type { Arm } from "#src/canary/observation";
import type { Queryable } from "#src/manifest/manifest-records";
import { type Adding, addFigures, type Figures, NO_FIGURES, type Path } from "#src/operations/slo/figures";

const KEYS = Object.keys(NO_FIGURES);

/** Our own rows, thousands of them in a look, with hundreds of numbers each: that they are figures is checked, and not every number of a histogram. */
const figuresSchema = z.string().transform((text, context): Figures => {
  const value: unknown = JSON.parse(text);
  if (isFigures(value)) return value;
  context.addIssue({ code: "custom", message: "kept figures are of another shape than this version's" });
  return z.NEVER;
});

function isFigures(value: unknown): value is Figures {
  if (typeof value !== "object" || value === null) return false;
  const entries = Object.entries(value);
  return (
    entries.length === KEYS.length &&
    entries.every(([key, each]) =>
      key === "latency" || key === "embedding"
        ? Array.isArray(each) && each.length % 2 === 0
        : KEYS.includes(key) && Number.isInteger(each),
    )
  );
}

/** Sums of which time, of whom. `at`: when it begins, epoch milliseconds. */
export type FiguresKey = { readonly minutes: 5 | 60; readonly at: number; readonly arm: Arm; readonly path: Path };
export type KeptFigures = FiguresKey & { readonly figures: Figures };

const rowSchema = z.object({
  minutes: z.union([z.literal(5), z.literal(60)]),
  at: z.number(),
  arm: z.enum(["baseline", "canary"]),
  path: z.enum(["user", "probe"]),
  figures: figuresSchema,
});

const COLUMNS = `minutes, (extract(epoch FROM at) * 1000)::float8 AS at, arm, path, figures`;

/** Sums of `minutes` from `since` on, in the order of time. */
export async function readFigures(
  database: Queryable,
  service: string,
  minutes: 5 | 60,
  since: number,
  arms: readonly Arm[],
): Promise<readonly KeptFigures[]> {
  const { rows } = await database.query(
    `SELECT ${COLUMNS} FROM golive.slo_figures
      WHERE service = $1 AND minutes = $2 AND at >= to_timestamp($3::float8 / 1000) AND arm = ANY ($4) ORDER BY slo_figures.at, arm, path`,
    [service, minutes, since, arms],
  );
  return rows.map((row) => rowSchema.parse(row));
}

const nameOf = ({ minutes, at, arm, path }: FiguresKey): string => `${minutes}/${at}/${arm}/${path}`;

/** Sums that are to be added to those that are kept. */
export type Additions = ReadonlyMap<string, { readonly key: FiguresKey; readonly adding: Adding }>;

export function createAdditions() {
  const additions = new Map<string, { readonly key: FiguresKey; readonly adding: Adding }>();
  return {
    additions,
    of(key: FiguresKey): Adding {
      const name = nameOf(key);
      const known = additions.get(name);
      if (known !== undefined) return known.adding;
      const adding = addFigures();
      additions.set(name, { key, adding });
      return adding;
    },
  };
}

/** Adds to what is kept. Whoever calls it holds the service's row: nobody else adds meanwhile. */
export async function addToKept(database: Queryable, service: string, additions: Additions): Promise<void> {
  const all = [...additions.values()];
  if (all.length === 0) return;
  const columns = [
    all.map(({ key }) => key.minutes),
    all.map(({ key }) => key.at),
    all.map(({ key }) => key.arm),
    all.map(({ key }) => key.path),
  ];
  const given = "unnest($2::smallint[], $3::float8[], $4::text[], $5::text[])";
  const { rows } = await database.query(
    `SELECT ${COLUMNS} FROM golive.slo_figures WHERE service = $1 AND (minutes, at, arm, path) IN (
       SELECT g.minutes, to_timestamp(g.at / 1000), g.arm, g.path FROM ${given} AS g (minutes, at, arm, path))`,
    [service, ...columns],
  );
  for (const row of rows) {
    const kept = rowSchema.parse(row);
    additions.get(nameOf(kept))?.adding.add(kept.figures);
  }
  await database.query(
    `INSERT INTO golive.slo_figures (service, minutes, at, arm, path, figures)
     SELECT $1, g.minutes, to_timestamp(g.at / 1000), g.arm, g.path, g.figures
       FROM unnest($2::smallint[], $3::float8[], $4::text[], $5::text[], $6::text[]) AS g (minutes, at, arm, path, figures)
     ON CONFLICT (service, minutes, at, arm, path) DO UPDATE SET figures = excluded.figures`,
    [service, ...columns, all.map(({ adding }) => JSON.stringify(adding.sum()))],
  );
}
