import { AFTER_CUTOVER } from "#src/config/after-cutover";
import { BUILT_CHECKS } from "#src/config/built-checks";
import type { ChecklistConfig } from "#src/config/checklist-config";
import { PLANNED_CHECKS } from "#src/config/planned-checks";
import type { Path } from "#src/config/problems";
import type { GoliveConfig } from "#src/config/service-config";

/** Something the schemas can't see, because it lies between two places. `path` is in checklist.yaml. */
export type Contradiction = { readonly path: Path; readonly found: string; readonly expected: string };

/** Everything in checklist.yaml that names something which isn't there. Roles are checked only when golive.yaml parsed. */
export function crossCheck(checklist: ChecklistConfig, golive: GoliveConfig | null): Contradiction[] {
  return [
    ...duplicates("checks", checklist.checks),
    ...duplicates("sign_offs", checklist.sign_offs),
    ...duplicates("sections", checklist.sections),
    ...duplicates("items", checklist.items),
    ...checkChecks(checklist),
    ...checkSignOffs(checklist, golive),
    ...checkItems(checklist),
  ];
}

function duplicates(list: string, entries: readonly { readonly id: string }[]): Contradiction[] {
  const seen = new Map<string, number>();
  const found: Contradiction[] = [];
  for (const [index, { id }] of entries.entries()) {
    const first = seen.get(id);
    if (first === undefined) seen.set(id, index);
    else
      found.push({ path: [list, index, "id"], found: `"${id}" is already ${list}[${first}]`, expected: "another id" });
  }
  return found;
}

function checkChecks(checklist: ChecklistConfig): Contradiction[] {
  const found: Contradiction[] = [];
  for (const [index, check] of checklist.checks.entries()) {
    const built = BUILT_CHECKS[check.id];
    if (built === undefined) {
      const expected = `a built check: ${Object.keys(BUILT_CHECKS).join(", ")}`;
      found.push({ path: ["checks", index, "id"], found: `"${check.id}" is not built${whyNot(check.id)}`, expected });
    } else if (check.waivable && !built.mayBeWaivable) {
      const expected = "false: rollback and audit rest on it";
      found.push({ path: ["checks", index, "waivable"], found: `"${check.id}" can't be waived`, expected });
    }
  }
  for (const id of Object.keys(BUILT_CHECKS)) {
    if (checklist.checks.some((check) => check.id === id)) continue;
    const expected = "every built check to be listed: leaving one out would be a way around it";
    found.push({ path: ["checks"], found: `"${id}" is missing`, expected });
  }
  return found;
}

function whyNot(check: string): string {
  if (Object.hasOwn(PLANNED_CHECKS, check)) return " (it is planned: items may name it, nothing runs)";
  return AFTER_CUTOVER.includes(check)
    ? " (it is decided after the cutover: items may name it, no release runs it)"
    : "";
}

function checkSignOffs(checklist: ChecklistConfig, golive: GoliveConfig | null): Contradiction[] {
  const checks = checklist.checks.map((check) => check.id);
  const found: Contradiction[] = [];
  for (const [index, signOff] of checklist.sign_offs.entries()) {
    const covers = signOff.covers === "all" ? [] : signOff.covers;
    for (const [at, check] of covers.entries()) {
      if (checks.includes(check)) continue;
      const expected = `one of ${checks.join(", ")}`;
      found.push({ path: ["sign_offs", index, "covers", at], found: `check "${check}" is not listed`, expected });
    }
    if (golive === null) continue;
    const role = golive.roles[signOff.role];
    if (role === undefined) {
      const expected = `a role of golive.yaml: ${Object.keys(golive.roles).join(", ")}`;
      found.push({ path: ["sign_offs", index, "role"], found: `role "${signOff.role}" is not defined`, expected });
    } else if (role.groups.length === 0 && new Set(role.users).size < signOff.quorum) {
      const people = `${new Set(role.users).size} in role "${signOff.role}"`;
      const expected = `at most the number of people who may sign (${people}): it could never be reached`;
      found.push({ path: ["sign_offs", index, "quorum"], found: String(signOff.quorum), expected });
    }
  }
  return found;
}

const isKnown = (check: string): boolean => Object.hasOwn(PLANNED_CHECKS, check) || AFTER_CUTOVER.includes(check);

function checkItems(checklist: ChecklistConfig): Contradiction[] {
  const checks = checklist.checks.map((check) => check.id);
  const sections = checklist.sections.map((section) => section.id);
  const signOffs = checklist.sign_offs.map((signOff) => signOff.id);
  const found: Contradiction[] = [];
  for (const [index, item] of checklist.items.entries()) {
    if (!sections.includes(item.section)) {
      const expected = `one of ${sections.join(", ")}`;
      found.push({ path: ["items", index, "section"], found: `section "${item.section}" is not listed`, expected });
    }
    if (item.check !== undefined && !checks.includes(item.check) && !isKnown(item.check)) {
      const expected = `a listed check (${checks.join(", ")}) or a planned one (src/config/planned-checks.ts)`;
      found.push({ path: ["items", index, "check"], found: `check "${item.check}" is unknown`, expected });
    }
    if (item.sign_off !== undefined && !signOffs.includes(item.sign_off)) {
      const expected = `one of ${signOffs.join(", ")}`;
      found.push({ path: ["items", index, "sign_off"], found: `sign-off "${item.sign_off}" is not listed`, expected });
    }
  }
  for (const [index, section] of checklist.sections.entries()) {
    if (checklist.items.some((item) => item.section === section.id)) continue;
    found.push({ path: ["sections", index], found: `"${section.id}" has no items`, expected: "at least one" });
  }
  return found;
}
