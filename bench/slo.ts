import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Pool } from "pg";
import { ensureDatabase, ensureRoles } from "#sandbox/postgres/databases";
import { startPostgres } from "#sandbox/postgres/start-postgres";
import { migrate } from "#src/journal/migrate";
import { storeObservations } from "#src/observations/store-observations";
import { addFigures } from "#src/operations/slo/figures";
import { readSloInputs } from "#src/operations/slo/read-slos";
import type { SloReading } from "#src/operations/slo/slo";
import { notLooked } from "#src/operations/slo/work/findings";
import { addToKept, createAdditions } from "#src/operations/slo/work/kept-figures";
import { readInputs } from "#src/operations/slo/work/read-inputs";
import { rollUp } from "#src/operations/slo/work/roll-up";
import { live } from "#test/slo/month";
import { HOUR, NOW, policyOf, request, seeded } from "#test/slo/world";
import type { Line } from "./line.ts";
import { median, percentile } from "./statistics.ts";

type Say = (line: string) => void;

const HEALTHY = [
  { perHour: 1_000, failing: 0.001 },
  { perHour: 60, failing: 0.003 },
  { perHour: 6, failing: 0.004 },
] as const;
const MONTHS = 20;
const OUTAGES = [1_000, 60, 12] as const;
const TRIES = 51;
const MINUTE = 60_000;

/** What the alerts do in simulated months, and what a look and the adding up cost. */
export async function benchSlo(say: Say): Promise<Line[]> {
  return [...falseAlarms(say), ...detection(say), ...(await costs(say))];
}

type Alarms = { pages: number; tickets: number; naive: number };

/** What ours says in a month, and how often the page rules alone would have begun to hold: no chance, no least number, no hysteresis. */
function alarmsOf(perHour: number, failing: number, seed: number): Alarms {
  const sum: Alarms = { pages: 0, tickets: 0, naive: 0 };
  const policy = policyOf();
  let held = false;
  const on = ({ burn }: SloReading) => {
    const rateOver = (hours: number) => burn.find((each) => each.hours === hours)?.rate ?? 0;
    const holds = policy.alerts.rules.some(
      ({ severity, rate, longHours, shortHours }) =>
        severity === "page" && rateOver(longHours) >= rate && rateOver(shortHours) >= rate,
    );
    if (holds && !held) sum.naive++;
    held = holds;
  };
  for (const { event } of live({ days: 28, perHour, failing: () => failing, seed, on }).facts) {
    if (event.type === "slo-burning") sum[event.burn.severity === "page" ? "pages" : "tickets"]++;
  }
  return sum;
}

function falseAlarms(say: Say): Line[] {
  return HEALTHY.map(({ perHour, failing }) => {
    say(`slo, ${MONTHS} healthy months at ${perHour} requests an hour`);
    const months = Array.from({ length: MONTHS }, (_, seed) => alarmsOf(perHour, failing, seed + 1));
    const all = (of: keyof Alarms) => months.reduce((sum, month) => sum + month[of], 0);
    return {
      name: `slo: alarms in ${MONTHS} healthy months, ${perHour}/h, ${failing * 100} % failing (count)`,
      ours: all("pages") + all("tickets"),
      peer: all("naive"),
      ratio: null,
      limit: { of: "ours", most: 0 },
      note: `${all("pages")} pages, ${all("tickets")} tickets in ${MONTHS * 8_064} looks; peer: how often the page rules alone began to hold`,
    };
  });
}

function detection(say: Say): Line[] {
  return OUTAGES.map((perHour) => {
    say(`slo, outages of 20 % at ${perHour} requests an hour`);
    const [found, calmed]: [number[], number[]] = [[], []];
    for (let seed = 1; seed <= TRIES; seed++) {
      const from = NOW - 12 * HOUR + (seed % 12) * 5 * MINUTE;
      const until = from + 4 * HOUR;
      const failing = (at: number) => (at >= from && at < until ? 0.2 : 0.001);
      const watch = live({ days: 4, perHour, failing, seed });
      const page = watch.facts.find(
        ({ event, at }) => event.type === "slo-burning" && event.burn.severity === "page" && at >= from,
      );
      const calm = watch.facts.find(
        ({ event, at }) => event.type === "slo-calm" && event.severity === "page" && at >= until,
      );
      found.push(page === undefined ? Number.POSITIVE_INFINITY : (page.at - from) / MINUTE);
      if (calm !== undefined) calmed.push((calm.at - until) / MINUTE);
    }
    const within = found.filter(Number.isFinite);
    const share = Math.round((100 * within.length) / TRIES);
    return {
      name: `slo: page after an outage of 20 % began, ${perHour}/h (minutes, median)`,
      // Where fewer than half are found within the four hours there is no median.
      ours: within.length * 2 > TRIES ? median(found) : Number.NaN,
      // All requests alike: 20 % over 0.5 % burns 40 times as fast, so 1 h burns 14.4 times as fast after 14.4/40 of it.
      peer: (14.4 / 40) * 60,
      ratio: null,
      limit: perHour >= 60 ? { of: "ours", most: 60 } : null,
      note: `${share} % of ${TRIES} within 4 h of night, 95 % of those within ${percentile(within, 0.95).toFixed(0)} min; calm ${median(calmed).toFixed(0)} min after its end; peer: by arithmetic`,
    };
  });
}

const SERVICE = "docs";

async function costs(say: Say): Promise<Line[]> {
  say("slo, a look at 56 days of a busy service, and 100,000 observations added up");
  const home = await mkdtemp(join(tmpdir(), "golive-bench-slo-"));
  await chmod(home, 0o755);
  const server = await startPostgres({ dataDir: join(home, "data"), persistent: false });
  await ensureRoles(server.url);
  const { appUrl, ownerUrl } = await ensureDatabase(server.url, "slo");
  await migrate(ownerUrl);
  const pool = new Pool({ connectionString: appUrl });
  try {
    const policy = policyOf({ objectives: { p95_baseline_s: 2 } });
    await fill(pool);
    const looked = {
      live: null,
      deploys: { all: 0, without: 0 },
      devSet: notLooked(""),
      fewShotLeakage: notLooked(""),
      auditTrail: notLooked(""),
    };
    const looks: number[] = [];
    for (let turn = 0; turn < 9; turn++) {
      const begun = performance.now();
      const inputs = await readInputs(pool, SERVICE, policy, looked, NOW);
      readSloInputs(policy, inputs, NOW);
      looks.push(performance.now() - begun);
    }
    const count = 100_000;
    await bring(pool, count);
    const begun = performance.now();
    for (let state = "more"; state === "more"; ) {
      ({ state } = await rollUp({ pool, now: Date.now, pairsOf: async () => null }, SERVICE));
    }
    const seconds = (performance.now() - begun) / 1_000;
    const { rows } = await pool.query("SELECT pg_total_relation_size('golive.slo_figures')::float8 AS bytes");
    return [
      {
        name: "slo: a look at 56 days, 2 arms, every hour busy (ms)",
        ours: median(looks),
        peer: Number.NaN,
        ratio: null,
        limit: { of: "ours", most: 1_000 },
        note: `every five minutes; ${(rows[0].bytes / 1e6).toFixed(0)} MB of sums`,
      },
      {
        name: "slo: observations added up (ms for each 1,000)",
        ours: (1_000 * seconds * 1_000) / count,
        peer: Number.NaN,
        ratio: null,
        limit: null,
        note: `${count.toLocaleString("en-US")} in ${seconds.toFixed(1)} s`,
      },
    ];
  } finally {
    await pool.end();
    await server.stop();
    await rm(home, { recursive: true, force: true });
  }
}

/** 56 days of hours, each with as many bins as 2,000 answers fill. */
async function fill(pool: Pool): Promise<void> {
  const random = seeded(1);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const hour = addFigures();
  for (let index = 0; index < 2_000; index++) {
    const latency = 2 * Math.exp(0.5 * normal());
    hour.observe(request(0, { latency, embeddingMs: [20 * Math.exp(0.3 * normal())], rejected: false, retries: 0 }));
  }
  const figures = hour.sum();
  for (let day = 0; day < 56; day++) {
    const { additions, of } = createAdditions();
    for (let at = NOW - (day + 1) * 24 * HOUR; at < NOW - day * 24 * HOUR; at += HOUR) {
      for (const arm of ["baseline", "canary"] as const) of({ minutes: 60, at, arm, path: "user" }).add(figures);
    }
    await addToKept(pool, SERVICE, additions);
  }
}

async function bring(pool: Pool, count: number): Promise<void> {
  const begun = Date.now() - 24 * HOUR;
  for (let from = 0; from < count; from += 5_000) {
    const rows = Array.from({ length: Math.min(5_000, count - from) }, (_, index) => {
      const at = begun + ((from + index) / count) * 23 * HOUR;
      const traceId = `t-${from + index}`;
      const body = JSON.stringify({ at: new Date(at).toISOString(), arm: "canary", trace_id: traceId, latency_s: 1.5 });
      return { service: SERVICE, at, arm: "canary" as const, traceId, body };
    });
    await storeObservations(pool, rows);
  }
}
