import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { asAdmin } from "#sandbox/postgres/databases";
import { withStore } from "#sandbox/rag/rag-store";
import { type CliHouse, openHouse, ROOT, SLACK_SECRETS } from "#test/cli/cli-house";

type Serving = {
  readonly child: ChildProcess;
  /** What it said on stderr so far. */
  said(): string;
  /** Resolves when stderr reads like `pattern`; rejects when the process ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<number | null>;
};

const running: ChildProcess[] = [];
afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
});

/** The bot as a process of its own, as production runs it. */
function serve(env: Readonly<Record<string, string>>, ...more: string[]): Serving {
  const { PATH = "", HOME = "", TMPDIR = "/tmp" } = process.env;
  const child = spawn(process.execPath, ["src/main.ts", "serve", ...more], {
    cwd: ROOT,
    env: { PATH, HOME, TMPDIR, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  running.push(child);
  let text = "";
  let look = (): void => undefined;
  child.stderr?.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    look();
  });
  // "close" and not "exit": then everything it said has been read.
  const ended = once(child, "close").then(([code]) => (typeof code === "number" ? code : null));
  return {
    child,
    ended,
    said: () => text,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        look = () => {
          const found = pattern.exec(text);
          if (found !== null) resolve(found);
        };
        look();
        void ended.then(() => reject(new Error(`the bot ended and had not said ${pattern.source}:\n${text}`)));
      }),
  };
}

const READY = /"port":(\d+),"transport":"http","msg":"ready"/;
let house: CliHouse;
let env: Readonly<Record<string, string>>;
beforeAll(async () => {
  house = await openHouse({ slack: true });
  env = { ...house.env, SLACK_SIGNING_SECRET: SLACK_SECRETS.signingSecret, HOST: "127.0.0.1", PORT: "0" };
});
afterAll(() => house.stop());

describe("serve refuses with a sentence and no stack", () => {
  const refused = async (changes: Readonly<Record<string, string>>, code: number, sentence: RegExp) => {
    const bot = serve({ ...env, ...changes });
    expect(await bot.ended).toBe(code);
    expect(bot.said()).toMatch(sentence);
    expect(bot.said()).not.toMatch(/\n\s+at |"stack"|hunter2/);
    expect(bot.said()).not.toMatch(/"msg":"ready"/);
  };

  it("a database that is down", () =>
    refused(
      { DATABASE_URL: "postgres://golive_app:hunter2hunter2@127.0.0.1:9/golive" },
      3,
      /^Golive's own database can't be reached: connect ECONNREFUSED 127\.0\.0\.1:9\. .* then try again\.$/m,
    ));

  it("a database that is not migrated", async () => {
    const empty = await openHouse({ migrated: false });
    try {
      await refused({ DATABASE_URL: empty.database.appUrl }, 3, /Run `golive migrate`/);
    } finally {
      await empty.stop();
    }
  });

  it("the owner's role, and a superuser's: they could rewrite the journal", async () => {
    await refused(
      { DATABASE_URL: house.database.ownerUrl },
      2,
      /role golive_owner owns the journal.*Connect as golive_app/,
    );
    await refused({ DATABASE_URL: house.database.adminUrl }, 2, /is a superuser.*Connect as golive_app/);
  });

  it("a token that Slack doesn't know", () =>
    refused({ SLACK_BOT_TOKEN: "xoxb-hunter2hunter2" }, 3, /^Slack refused the bot token \(invalid_auth\)/m));

  it("a Slack that isn't there", () =>
    refused(
      { SLACK_API_URL: "http://127.0.0.1:65534/api/" },
      3,
      /^Slack could not be asked \(auth\.test: ECONNREFUSED\)/m,
    ));

  it("a port that is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    try {
      await refused(
        { PORT: String(port) },
        3,
        new RegExp(`^Port ${port} is taken by another process, so the bot did not`, "m"),
      );
    } finally {
      other.close();
    }
  });

  it("a bad configuration, with every problem of files and variables", async () => {
    await refused(
      { GOLIVE_CONFIG: "test/cli", HOST: "not a host", PORT: "99999" },
      2,
      /test\/cli\/golive\.yaml: the file is missing(.|\n)*HOST: set, but wrong(.|\n)*PORT: set, but wrong/,
    );
  });
});

describe("serve runs", () => {
  it("as the owner with --dev, and says so", async () => {
    const bot = serve({ ...env, DATABASE_URL: house.database.ownerUrl }, "--dev");
    await bot.says(READY);
    expect(bot.said()).toMatch(/golive_owner owns the journal.*Allowed because of --dev/);
    bot.child.kill("SIGTERM");
    expect(await bot.ended).toBe(0);
  });

  it("healthz says that the process lives, readyz that its database answers", async () => {
    const bot = serve({ ...env, LOG_LEVEL: "info" });
    const [, port] = await bot.says(READY);
    const get = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
    expect(await get("/healthz")).toBe(200);
    expect(await get("/readyz")).toBe(200);
    expect(await get("/metrics")).toBe(200);
    const { name } = house.database;
    const allow = (allowed: boolean) =>
      asAdmin(house.database.adminUrl, (client) =>
        client.query(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS ${allowed}`),
      );
    await allow(false);
    try {
      await asAdmin(house.database.adminUrl, (client) =>
        client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [name]),
      );
      await expect.poll(() => get("/readyz"), { timeout: 10_000 }).toBe(503);
      expect(await get("/healthz")).toBe(200);
    } finally {
      await allow(true);
    }
    await expect.poll(() => get("/readyz"), { timeout: 10_000 }).toBe(200);
    bot.child.kill("SIGTERM");
    expect(await bot.ended).toBe(0);
  });

  it("takes a rehearsal clock with --dev only, and says loudly that it does", async () => {
    const file = join(house.configs, "clock.json");
    const clock = { from: "2026-03-28T12:00:00Z", at: "2027-01-01T00:00:00Z", speed: 0 };
    await writeFile(file, JSON.stringify(clock));
    const refused = serve({ ...env, GOLIVE_CLOCK_FILE: file });
    expect(await refused.ended).toBe(2);
    expect(refused.said()).toMatch(/GOLIVE_CLOCK_FILE is set: a rehearsal clock goes with --dev only/);
    const bot = serve({ ...env, LOG_LEVEL: "info", GOLIVE_CLOCK_FILE: file }, "--dev");
    await bot.says(/"level":40.*a rehearsal clock is used \(GOLIVE_CLOCK_FILE\): for Golive it is 2027-01-01T00:00:00/);
    await bot.says(READY);
    bot.child.kill("SIGTERM");
    expect(await bot.ended).toBe(0);
  });

  it("with METRICS_PORT: what machines ask is there, and not where Slack reaches the bot", async () => {
    const probe = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => probe.once("listening", resolve));
    const address = probe.address();
    const free = typeof address === "object" && address !== null ? address.port : 0;
    await new Promise((resolve) => probe.close(resolve));
    const bot = serve({ ...env, LOG_LEVEL: "info", METRICS_PORT: String(free) });
    const [, port] = await bot.says(READY);
    const scraped = await (await fetch(`http://127.0.0.1:${free}/metrics`)).text();
    expect(scraped).toMatch(/^golive_processes 1$/m);
    expect(scraped).toMatch(/^golive_event_loop_lag_p99_seconds [\d.e-]+$/m);
    expect((await fetch(`http://127.0.0.1:${free}/readyz`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(404);
    bot.child.kill("SIGTERM");
    expect(await bot.ended).toBe(0);
  });

  it("and takes observations where Slack reaches it, polls the service's table, counts both, and needs the token", async () => {
    const file = join(house.configs, "golive.yaml");
    const before = await readFile(file, "utf8");
    const observations = `    observations:
      token_env: OBSERVATIONS_TOKEN
      poll: { query: "SELECT * FROM rag.traces WHERE id > $1 ORDER BY id", cursor: id, start: "0", every_s: 1 }
`;
    await writeFile(
      file,
      before.replace(/^ {4}caches: \[\]\n/m, (caches) => `${caches}${observations}`),
    );
    await withStore(house.rag.adminUrl, async (store) => {
      await store.query("CREATE TABLE rag.traces (id bigint PRIMARY KEY, at timestamptz, arm text, trace_id text)");
      await store.query("GRANT SELECT ON rag.traces TO golive_app");
      await store.query(
        "INSERT INTO rag.traces VALUES (1, now(), 'baseline', 'polled-1'), (2, now(), 'neither', 'polled-2')",
      );
    });
    try {
      const without = serve(env);
      expect(await without.ended).toBe(2);
      expect(without.said()).toContain(
        "OBSERVATIONS_TOKEN: missing; expected the token of support-docs's observations",
      );
      const token = "serve-token-0123456789";
      const bot = serve({ ...env, LOG_LEVEL: "info", OBSERVATIONS_TOKEN: token });
      const [, port] = await bot.says(READY);
      const post = (authorization: string) =>
        fetch(`http://127.0.0.1:${port}/v1/observations?x=1`, {
          method: "POST",
          headers: { authorization },
          body: JSON.stringify({ at: new Date().toISOString(), arm: "canary", trace_id: "posted-1" }),
        });
      expect((await post("Bearer nothing")).status).toBe(401);
      expect(await (await post(`Bearer ${token}`)).json()).toMatchObject({ accepted: 1, refused: 0 });
      await bot.says(/row at 2: arm is .*neither/);
      const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      for (const line of [
        'golive_observations_total{service="support-docs",source="ndjson",outcome="accepted"} 1',
        'golive_observations_total{service="support-docs",source="poll",outcome="accepted"} 1',
        'golive_observations_total{service="support-docs",source="poll",outcome="refused"} 1',
        'golive_observations_late_total{service="support-docs",source="ndjson"} 0',
        'golive_observation_requests_total{status="401"} 1',
      ])
        expect(metrics).toContain(line);
      const exported = await house.golive(["canary", "observations"]);
      expect(
        exported.out
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line).trace_id),
      ).toEqual(["polled-1", "posted-1"]);
      expect(bot.said()).not.toContain(token);
      bot.child.kill("SIGTERM");
      expect(await bot.ended).toBe(0);
    } finally {
      await writeFile(file, before);
    }
  });

  it("until its standard input is closed, where it was told so; a signal ends it all the same", async () => {
    const bot = serve(env, "--stop-with-stdin");
    await bot.says(READY);
    bot.child.stdin?.end();
    expect(await bot.ended).toBe(0);
    expect(bot.said()).toMatch(/"signal":"standard input closed","msg":"stopping"/);
    expect(bot.said()).toMatch(/"msg":"stopped"/);
    const other = serve(env, "--stop-with-stdin");
    await other.says(READY);
    other.child.kill("SIGTERM");
    expect(await other.ended).toBe(0);
    expect(other.said()).toMatch(/"signal":"SIGTERM","msg":"stopping"/);
  });

  it("until SIGTERM: takes nothing new, finishes what runs, paints it, and ends with 0", async () => {
    const { slack } = house;
    if (slack === null) throw new Error("no Slack");
    const bot = serve(env);
    const [, port] = await bot.says(READY);
    slack.setRequestUrl(`http://127.0.0.1:${port}/slack/events`);
    // Whoever holds this lock keeps the checks that read chunks from finishing.
    const holder = new Client({ connectionString: house.rag.adminUrl });
    await holder.connect();
    await holder.query("BEGIN");
    await holder.query("LOCK TABLE rag.document_chunks IN ACCESS EXCLUSIVE MODE");
    const facts = async (type: string) =>
      withStore(house.database.adminUrl, async (client) => {
        const { rows } = await client.query("SELECT position FROM golive.journal WHERE type = $1", [type]);
        return rows.length;
      });
    try {
      // The manifest reads the chunks as well: what waits is the first step of the release.
      const done = await slack.hands.command("U0ROSA", "C0RELEASE", "/golive", "start");
      expect(done).toEqual({ ok: true });
      await expect.poll(() => facts("release-started"), { timeout: 10_000 }).toBe(1);
      await expect.poll(() => waiting(house), { timeout: 10_000 }).toBeGreaterThan(0);

      bot.child.kill("SIGTERM");
      await bot.says(/"msg":"stopping"/);
      await expect
        .poll(
          () =>
            fetch(`http://127.0.0.1:${port}/healthz`).then(
              () => "open",
              () => "closed",
            ),
          { timeout: 5_000 },
        )
        .toBe("closed");
      expect(bot.child.exitCode).toBeNull();
    } finally {
      await holder.query("ROLLBACK");
      await holder.end();
    }
    expect(await bot.ended).toBe(0);
    expect(bot.said()).not.toMatch(/"level":(50|60)/);
    expect(bot.said()).toMatch(/"msg":"stopped"/);
    // What ran was finished (or handed back) and everything that changed is on the screen.
    const left = await withStore(house.database.adminUrl, async (client) => ({
      active: (await client.query("SELECT 1 FROM golive_jobs.job WHERE state = 'active'")).rows.length,
      unpainted: (await client.query("SELECT 1 FROM golive.slack_message WHERE wanted > painted")).rows.length,
      connections: (
        await client.query("SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'golive%' AND datname = $1", [
          house.database.name,
        ])
      ).rows.length,
    }));
    expect(left).toEqual({ active: 0, unpainted: 0, connections: 0 });

    // And nothing was lost: the next bot carries the release on.
    const next = serve(env);
    await next.says(READY);
    await expect.poll(() => facts("check-finished"), { timeout: 25_000 }).toBe(20);
    next.child.kill("SIGINT");
    expect(await next.ended).toBe(0);
  });
});

/** Sessions of Golive that wait for a lock in the RAG store. */
async function waiting(of: CliHouse): Promise<number> {
  return withStore(of.rag.adminUrl, async (client) => {
    const { rows } = await client.query(
      "SELECT 1 FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'",
      [of.rag.name],
    );
    return rows.length;
  });
}
