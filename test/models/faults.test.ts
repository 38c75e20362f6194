import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { READER } from "#sandbox/bedrock/catalogue";
import type { ModelFault } from "#sandbox/bedrock/faults";
import { createBedrock } from "#src/models/bedrock";
import type { CallLimiter } from "#src/models/calls";
import { LimiterError, leaseLost } from "#src/models/limiter-error";
import { createModelClient } from "#src/models/model-client";
import {
  ANSWER,
  CALL_MS,
  embedding,
  FIRST_TEXT_MS,
  failure,
  openModelHouse,
  QUESTION,
  question,
  RETRIES,
} from "#test/models/model-house";

let house: Awaited<ReturnType<typeof openModelHouse>>;
beforeEach(async () => {
  house = await openModelHouse();
});
afterEach(() => house.close());

const requests = () => house.local.log.entries();

describe("what can't get better", () => {
  test("a model that doesn't exist is named, after one request", async () => {
    for (const call of [
      house.client.converse(question({ model: "sandbox.no-such-model" })),
      house.client.embed(embedding({ model: "sandbox.no-such-model" })),
    ]) {
      const error = await failure(call);
      expect(error).toMatchObject({ code: "unknown-model", retryable: false });
      expect(error.message).toContain("sandbox.no-such-model");
    }
    expect(requests()).toHaveLength(2);
  });

  test("another model than the one asked gives no answer", async () => {
    house.local.faults.next({ kind: "other-model", model: "sandbox.cheaper-reader-v1" });
    const error = await failure(house.client.converse(question()));
    expect(error).toMatchObject({ code: "wrong-model", retryable: false });
    expect(error.message).toContain("sandbox.cheaper-reader-v1");
    expect(house.rows).toMatchObject([{ modelAnswered: "sandbox.cheaper-reader-v1", outcome: "wrong-model" }]);
  });

  test.each([255, 0])("a vector of %i numbers is no embedding", async (dimension) => {
    house.local.faults.next({ kind: "wrong-dimension", dimension });
    const error = await failure(house.client.embed(embedding()));
    expect(error).toMatchObject({ code: "wrong-dimension", retryable: false });
    expect(error.message).toContain(String(dimension));
  });

  test("an embedding's answer of another form is bad output", async () => {
    house.local.faults.next({ kind: "malformed-output" });
    expect((await failure(house.client.embed(embedding()))).code).toBe("bad-output");
  });

  test("missing rights are told apart from a missing model", async () => {
    house.local.faults.next({ kind: "error", type: "AccessDeniedException" });
    expect(await failure(house.client.converse(question()))).toMatchObject({ code: "denied", retryable: false });
    house.local.faults.next({ kind: "error", type: "ValidationException" });
    expect(await failure(house.client.converse(question()))).toMatchObject({ code: "invalid-request" });
    expect(requests()).toHaveLength(2);
  });
});

describe("what may get better", () => {
  test("100 % throttling ends as throttled after all tries, each through the limiter", async () => {
    house.local.faults.some({ kind: "throttle" }, 1);
    const error = await failure(house.client.converse(question()));
    expect(error).toMatchObject({ code: "throttled", retryable: true });
    expect(error.message).toContain(`${RETRIES + 1} tries`);
    expect(requests().map(({ status }) => status)).toEqual(Array(RETRIES + 1).fill(429));
    expect(house.limiter.taken).toHaveLength(RETRIES + 1);
    expect(house.rows).toMatchObject([{ attempts: RETRIES + 1, outcome: "throttled" }]);
  });

  test("throttling that would outlast the budget ends before it", async () => {
    house.local.faults.some({ kind: "throttle", retryAfterSeconds: 400 }, 1);
    const error = await failure(house.client.converse(question()));
    expect(error).toMatchObject({ code: "throttled", retryAfterMs: 400_000 });
    expect(requests()).toHaveLength(1);
    expect(house.clock.skipped).toEqual([]);
  });

  test("a wait that the provider asked for is kept", async () => {
    house.local.faults.next({ kind: "throttle", retryAfterSeconds: 7 });
    expect(await house.client.converse(question())).toMatchObject({ text: ANSWER, attempts: 2 });
    expect(house.clock.skipped).toEqual([7_250]);
  });

  test.each(["truncated", "ended-early", "corrupt-frame"] as const)(
    "a stream that is %s never gives half an answer: the next try gives the whole one",
    async (kind) => {
      house.local.faults.next({ kind });
      expect(await house.client.converse(question())).toMatchObject({ text: ANSWER, attempts: 2 });
      house.local.faults.some({ kind }, 1);
      expect(await failure(house.client.converse(question()))).toMatchObject({ code: "truncated", retryable: true });
    },
  );

  test("an embedding that breaks off is truncated too", async () => {
    house.local.faults.some({ kind: "truncated" }, 1);
    expect((await failure(house.client.embed(embedding()))).code).toBe("truncated");
  });

  test.each([
    [{ kind: "error", type: "InternalServerException" }, "unavailable"],
    [{ kind: "error", type: "ServiceUnavailableException" }, "unavailable"],
    [{ kind: "error", type: "ModelErrorException" }, "unavailable"],
    [{ kind: "error", type: "ModelTimeoutException" }, "timeout"],
    [{ kind: "error-midway", type: "InternalServerException" }, "unavailable"],
    [{ kind: "error-midway", type: "ThrottlingException" }, "throttled"],
  ] as const satisfies readonly (readonly [ModelFault, string])[])(
    "%o is tried again, and stays %s",
    async (fault, code) => {
      house.local.faults.next(fault);
      expect(await house.client.converse(question())).toMatchObject({ text: ANSWER, attempts: 2 });
      house.local.faults.some(fault, 1);
      expect((await failure(house.client.converse(question()))).code).toBe(code);
    },
  );

  test("a proxy's page is no answer, whatever its status", async () => {
    for (const [status, code] of [
      [502, "unavailable"],
      [429, "throttled"],
      [403, "denied"],
      [200, "truncated"],
    ] as const) {
      house.local.faults.clear();
      house.local.faults.some({ kind: "html-page", status }, 1);
      const error = await failure(house.client.converse(question()));
      expect([status, error.code]).toEqual([status, code]);
      expect(error.message).not.toContain("<h1>");
      expect(await failure(house.client.embed(embedding()))).toMatchObject({ code });
    }
  });

  test("nobody at the address is unavailable", async () => {
    const free = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => free.once("listening", resolve));
    const address = free.address();
    const port = address !== null && typeof address === "object" ? address.port : 0;
    await new Promise((resolve) => free.close(resolve));
    const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "no-secret" };
    const nobody = createBedrock({ region: "eu-central-1", endpoint: `http://127.0.0.1:${port}`, credentials });
    const error = await failure(createModelClient({ ...house.deps, bedrock: nobody }).converse(question()));
    nobody.close();
    expect(error.code).toBe("unavailable");
  });
});

describe("time", () => {
  test("waiting in line takes nothing from the time for retries", async () => {
    const limiter: CallLimiter = {
      run: ({ signal }, work) => {
        house.clock.advance(house.limiter.taken.length === 0 ? 600_000 : 0);
        return house.limiter.run({ priority: "weekly", signal }, work);
      },
    };
    house.local.faults.next({ kind: "throttle" });
    const answer = await createModelClient({ ...house.deps, limiter }).converse(question());
    expect(answer).toMatchObject({ text: ANSWER, attempts: 2, timings: { totalMs: 600_250 } });
  });

  test("a call that says nothing is cut after 25 s, at the provider too", async () => {
    house.local.faults.sequence([{ kind: "hang" }]);
    const answer = house.client.converse(question());
    await house.local.log.arrived(1);
    house.clock.advance(FIRST_TEXT_MS);
    expect(await answer).toMatchObject({ text: ANSWER, attempts: 2 });
    await house.local.log.ended(2);
    expect(requests()).toMatchObject([
      { aborted: true, fault: "hang" },
      { aborted: false, status: 200 },
    ]);
  });

  test("a call that begins and never ends is cut after 35 s, at the provider too", async () => {
    house.local.faults.some({ kind: "hang-midway" }, 1);
    const call = failure(
      createModelClient({ ...house.deps, limits: { ...house.deps.limits, retries: 0 } }).converse(question()),
    );
    await house.clock.stopped(FIRST_TEXT_MS);
    house.clock.advance(CALL_MS);
    expect(await call).toMatchObject({ code: "timeout", retryable: true });
    await house.local.log.ended(1);
    expect(requests()).toMatchObject([{ aborted: true, fault: "hang-midway" }]);
  });

  test("a call that never says anything is told apart from a slow one", async () => {
    house.local.faults.some({ kind: "hang" }, 1);
    const call = failure(
      createModelClient({ ...house.deps, limits: { ...house.deps.limits, retries: 0 } }).converse(question()),
    );
    await house.local.log.arrived(1);
    house.clock.advance(FIRST_TEXT_MS);
    expect(await call).toMatchObject({ code: "no-first-text", retryable: true });
  });

  test("half of the calls timing out costs tries, not answers", async () => {
    const calls = 6;
    house.local.faults.sequence(Array.from({ length: calls * 2 }, (_, at) => (at % 2 === 0 ? { kind: "hang" } : null)));
    const answers = Promise.all(Array.from({ length: calls }, () => house.client.converse(question())));
    for (let at = 0; at < calls; at += 1) {
      await house.local.log.arrived(2 * at + 1);
      house.clock.advance(FIRST_TEXT_MS);
      await house.local.log.ended(2 * at + 1);
    }
    for (const answer of await answers) expect(answer.text).toBe(ANSWER);
    expect(requests().filter(({ aborted }) => aborted)).toHaveLength(calls);
    expect(requests()).toHaveLength(2 * calls);
  });

  test("a caller who gives up closes the connection, and no try follows", async () => {
    house.local.faults.next({ kind: "hang" });
    const leaving = new AbortController();
    const call = failure(house.client.converse(question({ signal: leaving.signal })));
    await house.local.log.arrived(1);
    leaving.abort();
    expect(await call).toMatchObject({ code: "cancelled", retryable: false });
    await house.local.log.ended(1);
    expect(requests()).toMatchObject([{ aborted: true }]);
    expect(house.rows).toMatchObject([{ outcome: "cancelled", attempts: 1 }]);
  });

  test("a lost place cuts the call, and the next try takes a new one", async () => {
    house.local.faults.next({ kind: "hang" });
    const losing = new AbortController();
    let first = true;
    const limiter = {
      run: <T>({ signal }: { signal: AbortSignal }, work: (signal: AbortSignal) => Promise<T>) => {
        const place = first ? AbortSignal.any([signal, losing.signal]) : signal;
        first = false;
        return work(place);
      },
    };
    const call = createModelClient({ ...house.deps, limiter }).converse(question());
    await house.local.log.arrived(1);
    losing.abort(leaseLost("a test took it"));
    expect(await call).toMatchObject({ text: ANSWER, attempts: 2 });
    await house.local.log.ended(2);
    expect(requests()).toMatchObject([{ aborted: true }, { aborted: false }]);
  });
});

test.each([
  ["unreachable", "unavailable", RETRIES + 1],
  ["refused", "denied", 1],
  ["closed", "cancelled", 1],
] as const)("a limiter that is %s sends nothing: %s", async (code, becomes, asked) => {
  let calls = 0;
  const limiter = {
    run: () => {
      calls += 1;
      return Promise.reject(new LimiterError(code, "The limit could not be asked."));
    },
  };
  const error = await failure(createModelClient({ ...house.deps, limiter }).converse(question()));
  expect(error.code).toBe(becomes);
  expect(error.message).toContain("The limit could not be asked.");
  expect(calls).toBe(asked);
  expect(requests()).toEqual([]);
  expect(house.rows).toMatchObject([{ attempts: 0, outcome: becomes }]);
});

test("an answer that leaves no row is no answer", async () => {
  const audit = { record: () => Promise.reject(new Error("the database is gone")) };
  const error = await failure(createModelClient({ ...house.deps, audit }).converse(question()));
  expect(error).toMatchObject({ code: "not-recorded", retryable: false });
});

test("neither prompt nor credentials are in any failure", async () => {
  const faults: readonly ModelFault[] = [
    { kind: "error", type: "ValidationException" },
    { kind: "error", type: "AccessDeniedException" },
    { kind: "error", type: "ModelErrorException" },
    { kind: "other-model", model: "sandbox.other-v1" },
  ];
  for (const fault of faults) {
    house.local.faults.clear();
    house.local.faults.some(fault, 1);
    const error = await failure(house.client.converse(question({ model: READER })));
    const shown = JSON.stringify([error, error.message, error.stack, String(error.cause), Object.entries(error)]);
    for (const secret of [QUESTION, "seven days", "invitation", "AKIDEXAMPLE", "a-secret-key-of-nobody"]) {
      expect(shown).not.toContain(secret);
    }
  }
  expect(JSON.stringify(house.rows)).not.toContain("invitation");
});
