import { describe, expect, it } from "vitest";
import { slosSchema } from "#src/config/slos-config";
import { listServices } from "#src/config/to-policy";
import { toSloPolicy } from "#src/config/to-slo-policy";
import { shippedConfig } from "#test/support/bot";

const read = (slos: unknown) => toSloPolicy({ slos: slosSchema.parse(slos) });

describe("a service's SLOs in golive.yaml", () => {
  it("are the same left out, empty, and as shipped", async () => {
    const [service] = listServices(await shippedConfig());
    if (service === undefined) throw new Error("no service");
    expect(toSloPolicy(service)).toEqual(read(undefined));
    expect(read({})).toEqual(read(undefined));
  });

  it("are the checklist's by default, with the workbook's alerts, and lock nothing", () => {
    expect(read(undefined)).toMatchObject({
      windowDays: 28,
      lockWhenSpent: false,
      objectives: {
        oraclePrefilterMin: 0.85,
        readerUsedGoldMin: 0.7,
        toolRetriesMax: 0.01,
        p95RatioMax: 1.15,
        embeddingMs: 65,
      },
      alerts: {
        rules: [
          { severity: "page", rate: 14.4, longHours: 1, shortHours: 1 / 12 },
          { severity: "page", rate: 6, longHours: 6, shortHours: 0.5 },
          { severity: "ticket", rate: 3, longHours: 24, shortHours: 2 },
          { severity: "ticket", rate: 1, longHours: 72, shortHours: 6 },
        ],
      },
    });
    expect(read({ embedder: "accelerator" }).objectives.embeddingMs).toBe(35);
    expect(read({ embedder: "cpu", objectives: { embedding_ms: 50 } }).objectives.embeddingMs).toBe(50);
  });

  it.each([
    [{ window_days: 3 }, "expected number to be >=7"],
    [{ arms: [] }, "expected array to have >=1 items"],
    [{ embedder: "gpu" }, 'expected one of "accelerator"|"cpu"'],
    [{ lock_when_spent: "yes" }, "expected boolean"],
    [{ objectives: { answered_min: 1 } }, "less than 1"],
    [{ objectives: { tool_retries_max: 0 } }, "more than 0"],
    [{ objectives: { p95_baseline_s: 0 } }, "expected number to be >0"],
    [{ objectives: { availability: 0.99 } }, "Unrecognized key"],
    [{ alerts: { page: [{ rate: 14.4, hours: 1, short_min: 60 }] } }, "`short_min` shorter than `hours`"],
    [{ alerts: { page: [{ rate: 14.4, hours: 1, short_min: 7 }] } }, "in steps of 5"],
    [{ alerts: { ticket: [{ rate: 1, hours: 72, short_min: 725 }] } }, "in whole hours"],
    [{ alerts: { pages_for: ["dev_set"] } }, "Invalid option"],
    [{ not_applicable: { tool_retries: "none" } }, "expected string to have >=10 characters"],
    [{ not_applicable: { tools: "this service has none" } }, 'Unrecognized key: "tools"'],
  ])("name what is wrong with %j", (block, sentence) => {
    const parsed = slosSchema.safeParse(block);
    expect(parsed.success ? "valid" : parsed.error.issues.map(({ message }) => message).join("; ")).toContain(sentence);
  });
});
