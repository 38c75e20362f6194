import type { Queryable } from "#src/manifest/manifest-records";
import type { Person } from "#src/release/people";

/** An evaluation that others are compared with. `at` in epoch milliseconds of the domain clock. */
export type Baseline = {
  readonly id: number;
  readonly service: string;
  /** Id of the evaluator epoch that graded it. */
  readonly epoch: string;
  readonly run: string;
  readonly reason: string;
  readonly by: Pick<Person, "id" | "name"> & { readonly via: string | null };
  /** The baseline whose stored answers were graded anew for this one; null for one that was set. */
  readonly regradedFrom: number | null;
  readonly at: number;
};

/** Baselines as they were set, one row each, for good: the journal's, as `record-baseline.ts` puts them there. Throws what the driver throws. */
export interface Baselines {
  /** Newest first, of every epoch. */
  list(service: string): Promise<readonly Baseline[]>;
  /** The one that holds: of this epoch, or with `null` of whatever epoch. Null when none was set. */
  current(service: string, epoch: string | null): Promise<Baseline | null>;
}

type Row = {
  id: string;
  service: string;
  epoch: string;
  run: string;
  reason: string;
  set_by: string;
  set_by_name: string;
  via: string | null;
  regraded_from: string | null;
  at: number;
};

const COLUMNS = `id, service, epoch, run, reason, set_by, set_by_name, via, regraded_from,
  round(extract(epoch FROM set_at) * 1000)::float8 AS at`;

/** Baselines in golive.evaluation_baseline, which follows the journal. */
export function createBaselines(database: Queryable): Baselines {
  const read = async (sql: string, values: unknown[]) => (await database.query<Row>(sql, values)).rows.map(toBaseline);
  return {
    list: (service) =>
      read(`SELECT ${COLUMNS} FROM golive.evaluation_baseline WHERE service = $1 ORDER BY id DESC`, [service]),
    async current(service, epoch) {
      const [newest] = await read(
        `SELECT ${COLUMNS} FROM golive.evaluation_baseline WHERE service = $1 AND ($2::text IS NULL OR epoch = $2)
          ORDER BY id DESC LIMIT 1`,
        [service, epoch],
      );
      return newest ?? null;
    },
  };
}

function toBaseline(row: Row): Baseline {
  const { id, service, epoch, run, reason, set_by, set_by_name, via, regraded_from, at } = row;
  return {
    // Identity columns come as text, since a bigint need not fit a number; this one counts decisions of people.
    id: Number(id),
    service,
    epoch,
    run,
    reason,
    by: { id: set_by, name: set_by_name, via },
    regradedFrom: regraded_from === null ? null : Number(regraded_from),
    at,
  };
}
