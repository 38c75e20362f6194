import type { Kpi } from "#src/canary/kpi";
import { decidedAfter } from "#src/config/after-cutover";
import type { ChecklistConfig } from "#src/config/checklist-config";
import type { Config } from "#src/config/load-config";
import type { ServiceConfig } from "#src/config/service-config";
import type { CheckDefinition, CheckId, Checklist, ChecklistItem, Proof } from "#src/release/checklist";

const MINUTE_MS = 60_000;

/** What the program can run: a gate, or anything else with an id and a version. */
export type BuiltCheck = Pick<CheckDefinition, "id" | "version" | "restsOn">;

/**
 * The checklist as a release of one service freezes it. `builtChecks` are those that this program really has wired: an id that the
 * configuration lists and nobody built is a bug of the composition, and throws.
 */
export function toChecklist(config: Config, service: ServiceConfig, builtChecks: readonly BuiltCheck[]): Checklist {
  const { checks, sign_offs, sections, items } = config.checklist;
  const all = checks.map((check) => check.id);
  const { kpis } = config.canary;
  return {
    sections: sections.map(({ id, title }) => ({ id, title })),
    items: items.map((item) => toItem(item, all, kpis)),
    checks: checks.map((check): CheckDefinition => {
      const built = builtChecks.find((candidate) => candidate.id === check.id);
      if (built === undefined)
        throw new Error(`check \`${check.id}\` is configured and counted as built, but not wired`);
      const declared = service.applies[check.id];
      return {
        id: check.id,
        title: check.title,
        version: built.version,
        freshForMs: check.fresh_for * MINUTE_MS,
        waivable: check.waivable,
        ...(declared === undefined ? {} : { notApplicable: declared.reason }),
        ...(built.restsOn === undefined ? {} : { restsOn: built.restsOn }),
      };
    }),
    signOffs: sign_offs.map(({ id, title, role, quorum, covers }) => ({
      id,
      title,
      role,
      quorum,
      covers: covers === "all" ? all : covers,
    })),
  };
}

function toItem(
  item: ChecklistConfig["items"][number],
  checks: readonly CheckId[],
  kpis: readonly Kpi[],
): ChecklistItem {
  return { id: item.id, section: item.section, phase: item.phase, text: item.text, proof: toProof(item, checks, kpis) };
}

function toProof(item: ChecklistConfig["items"][number], checks: readonly CheckId[], kpis: readonly Kpi[]): Proof {
  if (item.sign_off !== undefined) return { kind: "sign-off", signOff: item.sign_off };
  if (item.check === undefined) throw new Error(`item \`${item.id}\` has no proof: the schema must refuse that`);
  const { check } = item;
  if (checks.includes(check)) return { kind: "check", check };
  const after = decidedAfter(check, kpis);
  return after === null ? { kind: "not-built", check } : { kind: "after-cutover", check, ...after };
}
