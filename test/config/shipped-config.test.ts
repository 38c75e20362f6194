import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { DEFAULT_KPIS } from "#src/canary/default-policy";
import { AFTER_CUTOVER } from "#src/config/after-cutover";
import { BUILT_CHECKS } from "#src/config/built-checks";
import { type Config, loadConfig } from "#src/config/load-config";
import { PLANNED_CHECKS } from "#src/config/planned-checks";
import { describeProblems } from "#src/config/problems";
import type { ServiceConfig } from "#src/config/service-config";
import { toChecklist } from "#src/config/to-checklist";
import { listServices, toPolicy } from "#src/config/to-policy";
import { SLOS } from "#src/operations/slo/slo";
import { CHECKLIST_LINES, normaliseLine } from "#test/config/checklist-lines";

const root = fileURLToPath(new URL("../../", import.meta.url));
const document = fileURLToPath(new URL("../../../shared/go-live-checklist.md", import.meta.url));
const built = Object.keys(BUILT_CHECKS).map((id) => ({ id, version: 1 }));

async function shipped(): Promise<Config> {
  const loaded = await loadConfig(`${root}configs`);
  if (!loaded.ok) throw new Error(describeProblems(loaded.problems));
  return loaded.config;
}

function onlyService(config: Config): ServiceConfig {
  const [service] = listServices(config);
  if (service === undefined) throw new Error("no service is shipped");
  return service;
}
const service = async (): Promise<ServiceConfig> => onlyService(await shipped());

describe("the shipped configuration", () => {
  it("parses, all four files, without a problem", async () => {
    const config = await shipped();
    expect(listServices(config).map((service) => service.id)).toEqual(["support-docs"]);
    expect(config.qualityGates).toEqual({
      precision_min: 0.2,
      recall_min: 0.45,
      f1_min: 0.22,
      latency_max: 30,
      faithfulness_min: 0.6,
      oracle_retrieval_hit_min: 0.85,
      reader_used_gold_min: 0.7,
    });
    expect(config.determinism).toMatchObject({ TEMPERATURE: "0", RANDOM_SEED: 42, COT_ENABLED: false });
  });

  it("has one item for each of the 76 lines of the mission's checklist, with its exact text and in its order", async () => {
    const config = await shipped();
    const sha256 = (text: string) => createHash("sha256").update(normaliseLine(text)).digest("hex");
    const ours = config.checklist.items.filter((item) => !item.extra).map((item) => [item.id, sha256(item.text)]);
    expect(CHECKLIST_LINES).toHaveLength(76);
    expect(ours).toEqual(CHECKLIST_LINES);
  });

  it.skipIf(!existsSync(document))(
    "equals the mission's document line by line (skipped where ../shared/go-live-checklist.md is not there)",
    async () => {
      const config = await shipped();
      const lines = readFileSync(document, "utf8").matchAll(/^\s*- \[ \] (.+)$/gm);
      const texts = config.checklist.items.filter((item) => !item.extra).map((item) => normaliseLine(item.text));
      expect(texts).toEqual([...lines].map((line) => normaliseLine(line[1] ?? "")));
    },
  );

  it("puts every line before the cutover, into the canary or into operation as the document does", async () => {
    const config = await shipped();
    const phases = Object.groupBy(config.checklist.items, (item) => item.phase);
    expect({
      before: phases.before?.filter((item) => !item.extra).length,
      canary: phases.canary?.length,
      operate: phases.operate?.length,
    }).toEqual({ before: 37, canary: 15, operate: 24 });
    for (const section of config.checklist.sections) {
      const items = config.checklist.items.filter((item) => item.section === section.id);
      expect(new Set(items.map((item) => item.phase)).size, section.id).toBe(1);
    }
    expect(new Set(phases.before?.map((item) => item.section)).size).toBeLessThanOrEqual(10);
  });

  it("lets only the team-notified and dashboards lines be decided by people alone", async () => {
    const config = await shipped();
    const signed = config.checklist.items.filter((item) => item.sign_off !== undefined).map((item) => item.id);
    expect(signed).toEqual(["team-notified", "dashboards-configured"]);
    const bare = config.checklist.sign_offs.filter((it) => it.covers !== "all" && it.covers.length === 0);
    expect(bare.map((signOff) => signOff.id)).toEqual(["team-notified", "dashboards"]);
  });

  it("binds each line of the canary to the KPI that measures it or to a rollback, each of operation to a run by the clock or an SLO", async () => {
    const checklist = toChecklist(await shipped(), await service(), built);
    const by = { canary: [] as string[], operate: [] as string[] };
    for (const { id, phase, proof } of checklist.items) {
      if (phase === "before") continue;
      if (proof.kind !== "after-cutover") throw new Error(`${id} is decided by nothing`);
      const named =
        proof.by === "canary"
          ? proof.kpi
          : proof.by === "operation"
            ? proof.operation
            : proof.by === "slo"
              ? proof.slo
              : proof.by;
      by[phase].push(named ?? "nothing");
    }
    const rollbacks = ["rollback", "rollback", "rollback"];
    expect(by.canary.toSorted()).toEqual([...DEFAULT_KPIS.map(({ id }) => id), ...rollbacks].toSorted());
    const watched = SLOS.filter((slo) => slo !== "answered");
    const runs = [...Array(5).fill("smoke"), ...Array(4).fill("weekly"), ...Array(3).fill("few-shot")];
    expect(by.operate).toEqual([...runs, ...watched]);
  });

  it("says so of a line that the canary's policy has no KPI of", async () => {
    const config = await shipped();
    const kpis = config.canary.kpis.filter(({ kind }) => kind !== "rate");
    const { items } = toChecklist({ ...config, canary: { ...config.canary, kpis } }, await service(), built);
    expect(items.find(({ id }) => id === "tool-schema")?.proof).toEqual({
      kind: "after-cutover",
      check: "tool-schema",
      by: "canary",
      kpi: null,
    });
  });

  it("names every planned check that the program knows, and none of them is built", async () => {
    const config = await shipped();
    const named = new Set(config.checklist.items.map((item) => item.check));
    for (const id of [...Object.keys(PLANNED_CHECKS), ...AFTER_CUTOVER]) {
      expect(named.has(id), `${id} is planned but no line names it`).toBe(true);
      expect(Object.hasOwn(BUILT_CHECKS, id), `${id} is planned and built`).toBe(false);
    }
  });
});

describe("toChecklist", () => {
  it("freezes versions from the program, freshness in milliseconds and `all` as the list of checks", async () => {
    const checklist = toChecklist(
      await shipped(),
      await service(),
      built.map((check) => (check.id === "manifest" ? { ...check, version: 3 } : check)),
    );
    expect(checklist.checks.find((check) => check.id === "manifest")).toEqual({
      id: "manifest",
      title: "Run manifest",
      version: 3,
      freshForMs: 3_600_000,
      waivable: false,
    });
    const goAhead = checklist.signOffs.find((signOff) => signOff.id === "go-ahead");
    expect(goAhead).toMatchObject({ role: "release-approver", quorum: 2 });
    expect(goAhead?.covers).toEqual(
      Object.keys(BUILT_CHECKS).sort(byShippedOrder(checklist.checks.map((it) => it.id))),
    );
  });

  it("throws when a configured check was never wired, instead of leaving it out", async () => {
    const config = await shipped();
    expect(() => toChecklist(config, onlyService(config), built.slice(1))).toThrow(/`environment`.*not wired/);
  });
});

describe("toPolicy", () => {
  it("carries hours and windows as milliseconds and names only roles that the service uses", async () => {
    const config = await shipped();
    const [service] = listServices(config);
    if (service === undefined) throw new Error("no service");
    const withStranger: Config = {
      ...config,
      golive: { ...config.golive, roles: { ...config.golive.roles, "other-team": { users: ["U0ELSE"], groups: [] } } },
    };
    const frozen = {
      ...service,
      freeze_windows: [{ name: "Night", from: "2026-03-01T22:00:00+01:00", to: "2026-03-02T06:00:00Z" }],
    };
    const policy = toPolicy(withStranger, frozen);
    expect(Object.keys(policy.roles)).not.toContain("other-team");
    expect(policy.roles["release-approver"]).toEqual({ users: [], groups: ["S0RELEASE"] });
    expect(policy.waiverMaxMs).toBe(24 * 3_600_000);
    expect(policy.freezeWindows).toEqual([
      { name: "Night", from: Date.UTC(2026, 2, 1, 21), to: Date.UTC(2026, 2, 2, 6) },
    ]);
    expect(policy.requesterMaySign).toBe(false);
  });
});

function byShippedOrder(order: readonly string[]) {
  return (a: string, b: string) => order.indexOf(a) - order.indexOf(b);
}
