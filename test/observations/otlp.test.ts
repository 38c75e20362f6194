import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type IntakeHouse, openIntakeHouse, TOKEN } from "#test/observations/intake-house";

let house: IntakeHouse;
beforeAll(async () => {
  house = await openIntakeHouse();
});
afterAll(() => house.stop());

const START = "1774699190123456789";
const attribute = (key: string, value: object) => ({ key, value });
const text = (key: string, stringValue: string) => attribute(key, { stringValue });

let spans = 0;
function span(fields: object = {}): Record<string, unknown> & { traceId: string } {
  return {
    traceId: String(++spans).padStart(32, "A"),
    spanId: "00f067aa0ba902b7",
    name: "answer",
    startTimeUnixNano: START,
    endTimeUnixNano: "1774699192623456789",
    attributes: [text("golive.arm", "canary")],
    ...fields,
  };
}
const exported = (all: readonly object[], resource: readonly object[] = []) => ({
  resourceSpans: [{ resource: { attributes: resource }, scopeSpans: [{ scope: { name: "rag" }, spans: all }] }],
});
const post = (body: object | string, headers: Record<string, string> = { "content-type": "application/json" }) =>
  house.post(typeof body === "string" ? body : JSON.stringify(body), { path: "/v1/traces", headers, token: TOKEN });
async function bodyOf(traceId: string) {
  const { rows } = await house.eyes.query("SELECT body FROM golive.observation WHERE trace_id = $1", [
    traceId.toLowerCase(),
  ]);
  return rows[0] === undefined ? null : JSON.parse(rows[0].body);
}

describe("POST /v1/traces", () => {
  it("maps a span with its evaluations to an observation, nanoseconds and all", async () => {
    const calls = [{ name: "search", schema_ok: true, mutating: false, dry_run: false, intent_line: true }];
    const answer = span({
      attributes: [
        text("golive.arm", "canary"),
        text("golive.query_id", "gold-17"),
        text("gen_ai.operation.name", "invoke_agent"),
        attribute("golive.budget_violation", { boolValue: false }),
        attribute("golive.candidates_before_dedup", { intValue: "40" }),
        attribute("golive.candidates_after_dedup", { intValue: 30 }),
        text("golive.tool_calls", JSON.stringify(calls)),
      ],
      events: [
        {
          name: "gen_ai.evaluation.result",
          attributes: [
            text("gen_ai.evaluation.name", "f1"),
            attribute("gen_ai.evaluation.score.value", { doubleValue: 0.62 }),
          ],
        },
        {
          name: "gen_ai.evaluation.result",
          attributes: [text("gen_ai.evaluation.name", "faithfulness"), text("error.type", "timeout")],
        },
        {
          name: "gen_ai.evaluation.result",
          attributes: [
            text("gen_ai.evaluation.name", "politeness"),
            attribute("gen_ai.evaluation.score.value", { doubleValue: 7 }),
          ],
        },
      ],
    });
    expect(await post(exported([answer]))).toMatchObject({ status: 200, body: { partialSuccess: {} } });
    expect(await bodyOf(answer.traceId)).toEqual({
      at: "2026-03-28T11:59:50.123456789Z",
      arm: "canary",
      trace_id: answer.traceId.toLowerCase(),
      query_id: "gold-17",
      latency_s: 2.5,
      budget_violation: false,
      candidates_before_dedup: 40,
      candidates_after_dedup: 30,
      scores: { f1: 0.62, faithfulness: null },
      tool_calls: calls,
    });
  });

  it("takes the arm of a root span from its resource, and passes over the spans inside a request", async () => {
    const root = span({ attributes: [], parentSpanId: "", status: { code: 2, message: "no model" } });
    const inner = span({ attributes: [], parentSpanId: "00f067aa0ba902b7" });
    const answer = await post(exported([root, inner], [text("golive.arm", "baseline")]));
    expect(answer.body).toEqual({ partialSuccess: {} });
    expect(await bodyOf(root.traceId)).toMatchObject({ arm: "baseline", error: "no model" });
    expect(await bodyOf(inner.traceId)).toBeNull();
    expect(house.counts.tallies().find(({ source }) => source === "otlp")?.tally.refused).toBe(0);
  });

  it.each<[string, object, string]>([
    [
      "an unknown golive attribute",
      { attributes: [text("golive.arm", "canary"), text("golive.latency", "2")] },
      "the attribute golive.latency is not known",
    ],
    [
      "a list where a value belongs",
      { attributes: [text("golive.arm", "canary"), attribute("golive.query_id", { arrayValue: {} })] },
      "the attribute golive.query_id is no text",
    ],
    [
      "a number that is NaN",
      { attributes: [text("golive.arm", "canary"), attribute("golive.scores.f1", { doubleValue: "NaN" })] },
      'scores.f1 is "NaN"',
    ],
    [
      "tool calls that are no JSON",
      { attributes: [text("golive.arm", "canary"), text("golive.tool_calls", "[")] },
      "the attribute golive.tool_calls is no JSON",
    ],
    ["an unknown arm", { attributes: [text("golive.arm", "blue")] }, 'arm is "blue"'],
    ["an end before its start", { endTimeUnixNano: "1774699190000000000" }, "latency_s is -0.12"],
    [
      "a trace id that is none",
      { traceId: "00000000000000000000000000000000" },
      "traceId is not 32 hexadecimal digits",
    ],
    ["no start", { startTimeUnixNano: undefined }, "startTimeUnixNano is not as OTLP has it"],
    [
      "a time of last year",
      { startTimeUnixNano: "1743163190000000000", endTimeUnixNano: "1743163191000000000" },
      "at is more than 24 hours ago",
    ],
  ])("refuses %s by name and takes the other spans", async (_what, fields, sentence) => {
    const good = span();
    const { status, body } = await post(exported([span(fields), good]));
    expect(status).toBe(200);
    expect(body.partialSuccess).toEqual({
      rejectedSpans: "1",
      errorMessage: expect.stringContaining(`span 1: ${sentence}`),
    });
    expect(await bodyOf(good.traceId)).not.toBeNull();
  });

  it("answers 400 to what is no export, 415 to protobuf, 401 without a token, and an empty export with success", async () => {
    expect((await post("{")).status).toBe(400);
    expect((await post({ resourceSpans: 3 })).body.message).toContain("look at resourceSpans");
    expect((await post("", { "content-type": "application/x-protobuf" })).status).toBe(415);
    expect((await house.post("{}", { path: "/v1/traces", token: null })).status).toBe(401);
    expect(await post({})).toMatchObject({ status: 200, body: { partialSuccess: {} } });
  });

  it("stores a trace once, whichever way it comes", async () => {
    const answer = span();
    await post(exported([answer]));
    const line = { at: "2026-03-28T11:58:00Z", arm: "canary", trace_id: answer.traceId.toLowerCase() };
    expect((await house.post(JSON.stringify(line))).body).toMatchObject({ accepted: 0, duplicate: 1 });
  });
});
