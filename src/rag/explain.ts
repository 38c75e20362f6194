import { z } from "zod";
import { readRow } from "#src/rag/read-row";
import type { StoreQuery } from "#src/rag/store";

type PlanNode = { "Index Name"?: string | undefined; Plans?: PlanNode[] | undefined };

const node: z.ZodType<PlanNode> = z.lazy(() =>
  z.object({ "Index Name": z.string().optional(), Plans: z.array(node).optional() }),
);
const plans = z.array(z.object({ Plan: node })).min(1);
const answer = z.object({
  "QUERY PLAN": z.union([plans, z.string().transform((text) => plans.parse(JSON.parse(text)))]),
});

function indexNames(plan: PlanNode): readonly string[] {
  const own = plan["Index Name"];
  return [...(own === undefined ? [] : [own]), ...(plan.Plans ?? []).flatMap(indexNames)];
}

/** Which indexes the planner would use for a query with these values: its real choice, nothing is run. */
export async function plannedIndexes(
  query: StoreQuery,
  sql: string,
  values: readonly unknown[],
): Promise<readonly string[]> {
  const row = readRow(answer, await query(`EXPLAIN (FORMAT JSON) ${sql}`, values));
  return row["QUERY PLAN"].flatMap((each) => indexNames(each.Plan));
}
