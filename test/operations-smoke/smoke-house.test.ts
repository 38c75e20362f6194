import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { withStore } from "#sandbox/rag/rag-store";
import { withCore } from "#src/cli/open-core";
import { OBEYED } from "#src/operations/smoke/hostile-questions";
import { scratchRun } from "#src/operations/smoke/scratch-document";
import { type SmokeCheck, type SmokeSuite, SUITE_CHECKS, SUITES } from "#src/operations/smoke/suites";
import { EXPECTED_SERIES } from "#src/operations/smoke/work/metrics-endpoint";
import { readSmokeResult } from "#src/operations/smoke/work/read-result";
import { type CliHouse, edit, openHouse, SERVICE } from "#test/cli/cli-house";

let house: CliHouse;
/** What the first test found: the green run of those after it. */
let firstNight: readonly SmokeSuite[] = [];
beforeAll(async () => {
  house = await openHouse({ corpus: true });
  // No bot runs in this house, and the gates' own proof has tests of its own and takes seconds.
  await edit(join(house.configs, "golive.yaml"), (yaml) =>
    yaml
      .replace("questions: 24", "questions: 12")
      .replace(
        /off: \{ *\}/,
        'off: { ops-health/resource-monitoring: "no bot runs in this test", ops-health/health-self-test: "proven in a test of its own" }',
      ),
  );
}, 60_000);
afterAll(() => house?.stop());
afterEach(() => house.ragService.misbehave({ constantAnswer: null, status: null, lyingConfigHash: false, delayMs: 0 }));

type Document = {
  readonly verdict: string;
  readonly suites: readonly SmokeSuite[];
  readonly summary: string;
  readonly compared: unknown;
};

async function smoke(...words: readonly string[]) {
  const said = await house.golive(["smoke", "--json", ...words]);
  const document: Document = JSON.parse(said.out);
  const checks = new Map(
    document.suites.flatMap(({ id, checks }) =>
      checks.map((check): [string, SmokeCheck] => [`${id}/${check.id}`, check]),
    ),
  );
  const of = (name: string): SmokeCheck => {
    const found = checks.get(name);
    if (found === undefined) throw new Error(`no check ${name}: ${said.err}`);
    return found;
  };
  return { ...said, document, of, names: [...checks.keys()] };
}

const ioOf = (env: CliHouse["env"]) => ({
  out: () => undefined,
  err: () => undefined,
  env,
  stopSignal: () => new Promise<string>(() => undefined),
  inputClosed: () => new Promise<void>(() => undefined),
});
const admin = (sql: string) => withStore(house.rag.adminUrl, (client) => client.query(sql));

describe("golive smoke over a whole sandbox", () => {
  it("is green where nothing is wrong: every check of every suite, one document, exit 0, and nothing is left", async () => {
    const { code, document, names, err } = await smoke();
    expect(
      document.suites.flatMap(({ checks }) => checks).filter(({ verdict }) => !/pass|not-app/.test(verdict)),
    ).toEqual([]);
    expect(code).toBe(0);
    expect(document.suites.map(({ id }) => id)).toEqual(SUITES);
    for (const [suite, checks] of Object.entries(SUITE_CHECKS)) {
      expect(names.filter((name) => name.startsWith(`${suite}/`))).toEqual(checks.map((check) => `${suite}/${check}`));
    }
    expect(err).toContain("rag-qa: 12/12");
    const { rows } = await admin(
      "SELECT DISTINCT ingest_run_id AS run FROM rag.document_chunks UNION SELECT ingest_run_id FROM rag.ingest_runs",
    );
    expect(rows.map(({ run }) => run).sort()).toEqual(["run-1", "run-2"]);
    expect(await house.live()).toEqual({ run: "run-1", config: "v1" });
    firstNight = document.suites;
    expect(document.compared).toEqual({ green: null, newly_broken: [], broken_already: [], mended: [] });
    // As the journal keeps it, and reads it again.
    const compared = { green: null, newlyBroken: [], brokenAlready: [], mended: [] };
    expect(readSmokeResult({ ...document, compared })?.suites).toEqual(document.suites);
    expect(Buffer.byteLength(JSON.stringify(document))).toBeLessThan(64 * 1024);
  }, 60_000);

  it("tells a person in a table, and refuses what it doesn't know", async () => {
    const said = await house.golive(["smoke", "--suite", "meta-ops"]);
    expect(said).toMatchObject({ code: 0 });
    expect(said.out).toContain("55/55 known figures met");
    expect(said.out).toContain("Smoke 2/2 green, 1 not applicable.");
    expect(said.err).toContain("meta-ops/scores: pass");
    const wrong = await house.golive(["smoke", "--suite", "negatvies"]);
    expect(wrong).toMatchObject({ code: 2, out: "" });
    expect(wrong.err).toContain("Did you mean negatives?");
    expect(await house.golive(["smoke", "--metrics-url", "ftp://x"])).toMatchObject({ code: 2 });
  });
});

describe("each suite fails when what it looks at is broken", () => {
  it("ops-health: a service whose configuration hash lies", async () => {
    house.ragService.misbehave({ lyingConfigHash: true });
    const { code, of } = await smoke("--suite", "ops-health");
    expect(code).toBe(1);
    expect(of("ops-health/config-hash").verdict).toBe("fail");
    expect(of("ops-health/backup")).toMatchObject({ verdict: "not-applicable" });
  }, 30_000);

  it("rag-qa: one polite text for everything lies below the floors, and far below the last green night", async () => {
    const green = { operation: "op_1", number: 1, at: 0, stopped: false, suites: firstNight, called: null };
    const night = () =>
      withCore(ioOf(house.env), { service: SERVICE }, ({ core }) =>
        core.smoke({
          service: SERVICE,
          suites: ["rag-qa"],
          earlier: { green, last: green, suites: { "rag-qa": green } },
          metricsUrl: null,
          signal: new AbortController().signal,
        }),
      );
    const [same] = (await night()).suites;
    expect(same?.checks.map(({ verdict }) => verdict)).toEqual(["pass", "pass", "pass"]);
    expect(same?.facts.evaluation).not.toBe(firstNight.find(({ id }) => id === "rag-qa")?.facts.evaluation);

    house.ragService.misbehave({ constantAnswer: "Thank you for asking. Please see the manual." });
    const spoiled = await night();
    expect(spoiled.compared.newlyBroken).toEqual(["rag-qa/floors", "rag-qa/as-before"]);
    const asBefore = spoiled.suites[0]?.checks.find(({ id }) => id === "as-before");
    expect(asBefore?.cases[0]).toMatchObject({ now: 0, question: expect.stringMatching(/\?$/) });
    expect(asBefore?.cases[0]?.before).toBeGreaterThan(0.5);
  }, 40_000);

  it("negatives: a made-up answer, and one that obeys what a question orders", async () => {
    house.ragService.misbehave({ constantAnswer: `It is in the settings. ${OBEYED}` });
    const { code, of } = await smoke("--suite", "negatives");
    expect(code).toBe(1);
    expect(of("negatives/unanswerable")).toMatchObject({
      verdict: "fail",
      summary: "0/7 unanswerable questions refused.",
    });
    expect(of("negatives/injection")).toMatchObject({ verdict: "fail" });
    // Refused before anybody answers: they are handled all the same.
    expect(of("negatives/oversize")).toMatchObject({ verdict: "pass" });
  });

  it("negatives: a service that is down handles nothing, and no 503 counts as a refusal", async () => {
    house.ragService.misbehave({ status: 503 });
    const { code, of, names } = await smoke("--suite", "negatives");
    expect(code).toBe(1);
    for (const check of ["unanswerable", "injection", "bidi"]) expect(of(`negatives/${check}`).verdict).toBe("fail");
    expect(of("negatives/normal-before").verdict).toBe("inconclusive");
    expect(names).not.toContain("negatives/normal-after");
  });

  it("negatives: a service that refuses everything is found by the normal question", async () => {
    house.ragService.misbehave({ constantAnswer: "I don't know." });
    const { of } = await smoke("--suite", "negatives");
    expect(of("negatives/unanswerable").verdict).toBe("pass");
    expect(of("negatives/normal-before").verdict).toBe("fail");
  });
});

describe("db-workflows", () => {
  const look = () => smoke("--suite", "db-workflows");

  it("a trigger that changes texts on their way in is found by run", async () => {
    await admin(`CREATE FUNCTION rag.spoil() RETURNS trigger LANGUAGE plpgsql AS
      $$BEGIN NEW.chunk_text := upper(NEW.chunk_text); RETURN NEW; END$$;
      CREATE TRIGGER spoil BEFORE INSERT ON rag.document_chunks FOR EACH ROW EXECUTE FUNCTION rag.spoil()`);
    const { code, of } = await look();
    await admin("DROP FUNCTION rag.spoil CASCADE");
    expect(code).toBe(1);
    expect(of("db-workflows/by-run").verdict).toBe("fail");
    expect(of("db-workflows/nothing-left").verdict).toBe("pass");
  });

  it("a table that swallows its rows, its full text, its vectors, or its deletions is found", async () => {
    await admin(`CREATE FUNCTION rag.spoil() RETURNS trigger LANGUAGE plpgsql AS
      $$BEGIN IF TG_OP = 'DELETE' THEN RETURN NULL; END IF; NEW.bm25_text := ''; NEW.embedding := NULL; RETURN NEW; END$$;
      CREATE TRIGGER spoil BEFORE INSERT OR DELETE ON rag.document_chunks FOR EACH ROW EXECUTE FUNCTION rag.spoil()`);
    const { of } = await look();
    await admin("DROP FUNCTION rag.spoil CASCADE");
    for (const check of ["full-text", "index", "delete"]) expect(of(`db-workflows/${check}`).verdict).toBe("fail");
    expect(of("db-workflows/vector").verdict).not.toBe("pass");
    expect(of("db-workflows/nothing-left").verdict).toBe("pass");
  });

  it("a role that may not insert is told which GRANT it lacks", async () => {
    await admin("REVOKE INSERT ON rag.document_chunks FROM golive_app");
    const { code, of, names } = await look();
    await admin("GRANT INSERT ON rag.document_chunks TO golive_app");
    expect(code).toBe(3);
    expect(of("db-workflows/rights")).toMatchObject({ verdict: "inconclusive" });
    expect(of("db-workflows/rights").next).toContain('GRANT INSERT ON "rag"."document_chunks" TO golive_app;');
    expect(names).toEqual(["db-workflows/rights"]);
  });

  it("a column that the table requires and nobody maps is named", async () => {
    await admin("ALTER TABLE rag.document_chunks ADD COLUMN tenant text; UPDATE rag.document_chunks SET tenant = 'a'");
    await admin("ALTER TABLE rag.document_chunks ALTER COLUMN tenant SET NOT NULL");
    const { code, of } = await look();
    await admin("ALTER TABLE rag.document_chunks DROP COLUMN tenant");
    expect(code).toBe(3);
    expect(of("db-workflows/ingest")).toMatchObject({ verdict: "inconclusive" });
    expect(of("db-workflows/ingest").summary).toContain("tenant");
  });

  it("a constraint that waits for COMMIT is looked at all the same", async () => {
    await admin(`CREATE TABLE rag.documents (path text PRIMARY KEY);
      INSERT INTO rag.documents SELECT DISTINCT document_path FROM rag.document_chunks;
      ALTER TABLE rag.document_chunks ADD CONSTRAINT known_document FOREIGN KEY (document_path) REFERENCES rag.documents
      DEFERRABLE INITIALLY DEFERRED`);
    const { of } = await look();
    await admin("ALTER TABLE rag.document_chunks DROP CONSTRAINT known_document; DROP TABLE rag.documents");
    expect(of("db-workflows/ingest")).toMatchObject({ verdict: "inconclusive" });
    expect(of("db-workflows/ingest").summary).toContain("known_document");
  });

  it("what an earlier run left for more than an hour is deleted, and nothing else", async () => {
    const old = scratchRun(Date.now() - 2 * 3_600_000, "0a1b2c3d");
    const young = scratchRun(Date.now(), "0a1b2c3d");
    for (const run of [old, young, "golive-smoke-test"]) {
      await admin(`INSERT INTO rag.ingest_runs (ingest_run_id, state) VALUES ('${run}', 'running');
        INSERT INTO rag.document_chunks VALUES ('${run}', '1', 'd', 't', 't', 't', NULL, 1)`);
    }
    const { of } = await look();
    const { rows } = await admin(
      "SELECT ingest_run_id AS run FROM rag.ingest_runs WHERE ingest_run_id LIKE 'golive-smoke%'",
    );
    await admin("DELETE FROM rag.document_chunks WHERE ingest_run_id LIKE 'golive-smoke%'");
    await admin("DELETE FROM rag.ingest_runs WHERE ingest_run_id LIKE 'golive-smoke%'");
    expect(of("db-workflows/left-overs")).toMatchObject({ verdict: "inconclusive" });
    expect(of("db-workflows/left-overs").summary).toContain(old);
    expect(rows.map(({ run }) => run).sort()).toEqual([young, "golive-smoke-test"].sort());
  });

  it("an embedder that can't be asked from here is told, and vectors of the right length stand in for it", async () => {
    const named = (model: string) =>
      admin(`UPDATE rag.service_configs SET body = jsonb_set(body, '{embedding,model}', '"${model}"')`);
    await named("elsewhere.embed-v1");
    const { code, of } = await look();
    await named("sandbox.hash-embed-256-v1");
    expect(of("db-workflows/embed").summary).toContain("elsewhere.embed-v1 can't be asked from here");
    expect(of("db-workflows/vector").verdict).toBe("pass");
    expect(code).toBe(0);
  });

  it("is left out with its reason, and that is no pass", async () => {
    const file = join(house.configs, "golive.yaml");
    await edit(file, (yaml) =>
      yaml.replace("off: { ops", 'off: { db-workflows: "the store is not ours to write to", ops'),
    );
    const { code, of } = await look();
    await edit(file, (yaml) => yaml.replace('db-workflows: "the store is not ours to write to", ', ""));
    expect(code).toBe(3);
    expect(of("db-workflows/suite")).toMatchObject({
      verdict: "not-applicable",
      summary: "Left out by golive.yaml: the store is not ours to write to",
    });
  });
});

describe("meta-ops", () => {
  const look = (...words: readonly string[]) => smoke("--suite", "meta-ops", ...words);
  let server: Server | null = null;
  afterEach(() => server?.close());
  const serving = async (status: number, body: string): Promise<string> => {
    server = createServer((_, response) => void response.writeHead(status).end(body));
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    const address: AddressInfo | string | null = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return `http://127.0.0.1:${address.port}/metrics`;
  };
  const series = EXPECTED_SERIES.map((name) => `${name}${name === "golive_jobs_waiting" ? '{queue="x"}' : ""} 1`);

  it("metrics: all series there pass; one that is missing, no number, an error or nobody there fails", async () => {
    const metrics = async (url: string) => (await look("--metrics-url", url)).of("meta-ops/metrics");
    expect(await metrics(await serving(200, series.join("\n")))).toMatchObject({ verdict: "pass" });
    server?.close();
    expect(await metrics(await serving(200, series.slice(1).join("\n")))).toMatchObject({ verdict: "fail" });
    server?.close();
    expect(
      await metrics(await serving(200, series.join("\n").replace("golive_processes 1", "golive_processes NaN"))),
    ).toMatchObject({
      verdict: "fail",
    });
    server?.close();
    expect(
      await metrics(await serving(200, series.join("\n").replace("golive_database_up 1", "golive_database_up 0"))),
    ).toMatchObject({ verdict: "fail" });
    server?.close();
    const gone = await serving(503, "");
    expect(await metrics(gone)).toMatchObject({ verdict: "fail" });
    server?.close();
    expect(await metrics(gone)).toMatchObject({ verdict: "fail" });
  }, 20_000);

  it("audit-trail: a row that somebody with the owner's rights changed", async () => {
    const adopted = await house.golive(["run", "adopt", "run-1", "--as", "U0ROSA"]);
    expect(adopted.code, adopted.err).toBe(0);
    expect((await look()).of("meta-ops/audit-trail")).toMatchObject({ verdict: "pass" });
    const client = new Client({ connectionString: house.database.adminUrl });
    await client.connect();
    await client.query("SET session_replication_role = replica");
    await client.query("ALTER TABLE golive.journal DISABLE TRIGGER ALL");
    await client.query("UPDATE golive.journal SET body = replace(body, 'run-1', 'run-9') WHERE position = 1");
    const { code, of } = await look();
    await client.query("UPDATE golive.journal SET body = replace(body, 'run-9', 'run-1') WHERE position = 1");
    await client.end();
    expect(code).toBe(1);
    expect(of("meta-ops/audit-trail")).toMatchObject({ verdict: "fail" });
    expect(of("meta-ops/audit-trail").cases[0]?.says).toContain("row 1");
  });
});

it("interrupted, it ends with 130, leaves nothing in the store, and says what is gone on with", async () => {
  const pressed = Promise.withResolvers<string>();
  const said = await house.golive(["smoke", "--suite", "db-workflows", "--suite", "rag-qa"], {
    interrupt: pressed.promise,
    onErr: (text) => {
      if (text.includes("db-workflows/by-run")) pressed.resolve("SIGINT");
    },
  });
  expect(said).toMatchObject({ code: 130, out: "" });
  expect(said.err).toContain("Interrupted: ");
  const { rows } = await admin("SELECT 1 FROM rag.document_chunks WHERE ingest_run_id LIKE 'golive-smoke%'");
  expect(rows).toEqual([]);
});

it("nothing live is said, and is no pass", async () => {
  await admin("UPDATE rag.active_pointer SET ingest_run_id = NULL, config_version = NULL");
  const { code, document } = await smoke();
  await admin("UPDATE rag.active_pointer SET ingest_run_id = 'run-1', config_version = 'v1'");
  expect(code).toBe(3);
  expect(document.summary).toContain("Nothing is live");
});
