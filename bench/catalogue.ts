import { smokeSummary } from "#src/operations/smoke/words";
import { type AckBench, benchAck } from "./ack.ts";
import { type BackupBench, benchBackup } from "./backup.ts";
import { benchCanary } from "./canary.ts";
import { benchCanaryReplay, benchCanaryTick } from "./canary-replay.ts";
import { benchDecide } from "./decide.ts";
import { benchEvalRun } from "./eval-run.ts";
import { benchEvalScore } from "./eval-score.ts";
import { benchKnn } from "./few-shot-knn.ts";
import { benchIntake, type IntakeBench } from "./intake.ts";
import { benchLeakage } from "./leakage.ts";
import { benchLimiter } from "./limiter.ts";
import type { Line } from "./line.ts";
import { benchPaint } from "./paint.ts";
import { runPrefixLeakageBench } from "./prefix-leakage.ts";
import { benchRunDigest } from "./run-digest.ts";
import { benchSlo } from "./slo.ts";
import { benchSmoke, type SmokeBench } from "./smoke.ts";

type Bench = (say: (line: string) => void) => Promise<readonly Line[]>;

const ACK_RATIO = 3;
const ACK_WORST_MS = 1_000;
const DECIDE_RATIO = 1.5;
const UNUSED_PERCENT = 3;
const PREFIX_LEAKAGE_RATIO = 2;
const DIGEST_RATIO = 3;
const SCORE_RATIO = 1.5;
const LEAKAGE_RATIO = 1 / 20;
const KNN_RATIO = 1 / 5;
const REPLAY_RATIO = 4;
const TICK_RATIO = 1.2;
const MEMORY_RATIO = 1.5;
const BACKUP_CREATE_RATIO = 0.5;
const BACKUP_RESTORE_RATIO = 0.6;
const BACKUP_PEAK_MB = 200;
const INTAKE_RATIO = 10;
const OWN_PERCENT = 5;

/** Every bench by name, in the order of running. */
export const BENCHES: Readonly<Record<string, Bench>> = {
  ack: async (say) => (await benchAck({ say })).flatMap(ackLines),
  paint: async (say) => paintLines(await benchPaint({ say })),
  decide: async (say) => {
    const lines: Line[] = [];
    for (const durable of [true, false]) {
      say(`decide, ${durable ? "" : "not "}waiting for the disk`);
      lines.push(...decideLines(await benchDecide({ durable })));
    }
    return lines;
  },
  limiter: async (say) => (await benchLimiter({ say })).flatMap(limiterLines),
  "prefix-leakage": async (say) => {
    say("prefix-leakage, 200,000 chunks twice");
    return (await runPrefixLeakageBench()).map(({ shape, chunks, megabytes, gateMs, countMs, ratio }) => ({
      name: `prefix-leakage: ${chunks.toLocaleString("en-US")} ${shape} chunks`,
      ours: gateMs,
      peer: countMs,
      ratio,
      limit: { of: "ratio", most: PREFIX_LEAKAGE_RATIO },
      note: `${megabytes} MB; peer: count(*) without an index`,
    }));
  },
  "run-digest": async (say) => {
    say("run-digest, 1,000,000 chunks");
    const { chunks, megabytes, digestMs, countMs, readMs } = await benchRunDigest();
    const line = { name: `run-digest: ${chunks.toLocaleString("en-US")} chunks`, ours: digestMs };
    return [
      {
        ...line,
        peer: readMs,
        ratio: digestMs / readMs,
        limit: { of: "ratio", most: DIGEST_RATIO },
        note: `${megabytes} MB; peer: a sequential scan that reads the three texts (the sum of their lengths)`,
      },
      {
        ...line,
        name: `${line.name}, peer that opens no row`,
        peer: countMs,
        ratio: digestMs / countMs,
        limit: null,
        note: "peer: count(*)",
      },
    ];
  },
  "eval-run": async (say) => {
    say("eval-run, 100 cases");
    const { cases, graded, callMs, seconds, slots, used, mostInFlight } = await benchEvalRun();
    return [
      {
        name: "eval-run: slots not used (%)",
        ours: 100 * Math.max(0, 1 - used / slots),
        peer: 0,
        ratio: null,
        limit: { of: "ours", most: UNUSED_PERCENT },
        note: `${graded} of ${cases} cases graded with ${used} calls of ${callMs} ms in ${seconds.toFixed(0)} s, by the local Bedrock's log`,
      },
      {
        name: "eval-run: most in flight (count)",
        ours: mostInFlight,
        peer: 1,
        ratio: mostInFlight,
        limit: { of: "ratio", most: 1 },
      },
    ];
  },
  "eval-score": async (say) => {
    say("eval-score, 100,000 results three times");
    const { results, megabytes, scoreMs, piecesMs, singlyMs } = await benchEvalScore();
    const name = `eval-score: ${results.toLocaleString("en-US")} results`;
    return [
      {
        name,
        ours: scoreMs,
        peer: piecesMs,
        ratio: scoreMs / piecesMs,
        limit: { of: "ratio", most: SCORE_RATIO },
        note: `${megabytes} MB, CPU time; peer: JSON.parse of the same bytes in pieces of 64 MB`,
      },
      {
        name: `${name}, peer that knows where each ends`,
        ours: scoreMs,
        peer: singlyMs,
        ratio: scoreMs / singlyMs,
        limit: null,
        note: "peer: JSON.parse result by result, nothing checked",
      },
    ];
  },
  leakage: async (say) => {
    say("leakage, 2,000 × 2,000 questions");
    const { entries, pairs, oursMs, allPairsMs, ratio, same } = benchLeakage();
    const count = entries.toLocaleString("en-US");
    return [
      {
        name: `leakage: ${count} × ${count} questions`,
        ours: oursMs,
        peer: allPairsMs,
        ratio,
        limit: { of: "ratio", most: LEAKAGE_RATIO },
        note: `${pairs} pairs, ${same ? "the same" : "NOT THE SAME"} in both; peer: every pair compared`,
      },
    ];
  },
  "few-shot-knn": async (say) => {
    say("few-shot-knn, 1,000 queries over 100,000 × 384");
    const { pool, dimension, queries, k, oursMs, loopMs, ratio, same } = benchKnn();
    const size = `${queries.toLocaleString("en-US")} queries, ${pool.toLocaleString("en-US")} × ${dimension}`;
    return [
      {
        name: `few-shot-knn: ${size}`,
        ours: oursMs,
        peer: loopMs,
        // What differs in a single id or score is no result, however fast.
        ratio: same ? ratio : Number.NaN,
        limit: { of: "ratio", most: KNN_RATIO },
        note: `k = ${k}, CPU time; ids and scores ${same ? "the same" : "NOT THE SAME"} in both; peer: a loop over all pairs`,
      },
    ];
  },
  canary: async (say) => benchCanary(say, { thorough: (process.env.GOLIVE_BENCH_THOROUGH ?? "") !== "" }),
  "canary-replay": async (say) => {
    say("canary-replay, 1,000,000 observations three times");
    const { observations, megabytes, replayMs, parseMs, earlyMb, latestMb } = await benchCanaryReplay();
    const { earlyMs, lateMs } = benchCanaryTick();
    const name = `canary-replay: ${observations.toLocaleString("en-US")} observations`;
    return [
      {
        name,
        ours: replayMs,
        peer: parseMs,
        ratio: replayMs / parseMs,
        limit: { of: "ratio", most: REPLAY_RATIO },
        note: `${megabytes} MB, CPU time; peer: JSON.parse of the same lines`,
      },
      {
        name: `${name}, memory (MB)`,
        ours: latestMb,
        peer: earlyMb,
        ratio: latestMb / earlyMb,
        limit: { of: "ratio", most: MEMORY_RATIO },
        note: "peer: the same process after a fifth of the lines",
      },
      {
        name: "canary-replay: closing a bucket of 250 in hour 47",
        ours: lateMs,
        peer: earlyMs,
        ratio: lateMs / earlyMs,
        limit: { of: "ratio", most: TICK_RATIO },
        note: "peer: in hour 1",
      },
    ];
  },
  slo: benchSlo,
  backup: async (say) => backupLines(await benchBackup(200_000, say)),
  intake: async (say) => (await benchIntake({ say })).flatMap(intakeLines),
  smoke: async (say) => smokeLines(await benchSmoke({ say })),
};

function backupLines({ chunks, server, create, restore, peakMegabytes, peer }: BackupBench): Line[] {
  const name = `backup: ${chunks.toLocaleString("en-US")} chunks`;
  const missing = "pg_dump and pg_restore, or a server of their age, are not here: nothing to compare with";
  const createMs = (create.seconds + create.verifySeconds) * 1_000;
  const against = (ours: number, theirs: number | undefined, most: number): Omit<Line, "name"> =>
    theirs === undefined
      ? { ours, peer: Number.NaN, ratio: null, limit: null, note: missing }
      : { ours, peer: theirs, ratio: ours / theirs, limit: { of: "ratio", most } };
  const dump = peer === null ? undefined : peer.dumpSeconds * 1_000;
  const back = peer === null ? undefined : peer.restoreSeconds * 1_000;
  const who = peer === null ? missing : `Postgres ${server}; peer: pg_dump -Fc -Z1 ${peer.version}`;
  return [
    {
      name: `${name}, create and verify`,
      ...against(createMs, dump, BACKUP_CREATE_RATIO),
      note: `${who}; ${(create.verifySeconds * 1_000).toFixed(0)} of it to verify`,
    },
    { name: `${name}, size (MB)`, ...against(create.megabytes, peer?.megabytes, 1) },
    {
      name: `${name}, restore with indexes, verified before and after`,
      ...against(restore.seconds * 1_000, back, BACKUP_RESTORE_RATIO),
    },
    {
      name: `${name}, peak memory (MB)`,
      ours: peakMegabytes,
      peer: BACKUP_PEAK_MB,
      ratio: null,
      limit: { of: "ours", most: BACKUP_PEAK_MB },
      note: "of the one process that does all three",
    },
  ];
}

function smokeLines({ spent, result, bySuite, perSecond }: SmokeBench): Line[] {
  const { wallMs, busyMs, cpuMs, ...places } = spent;
  const percent = (ms: number): number => (100 * ms) / wallMs;
  const name = `smoke: a night at ${perSecond} calls a second`;
  const checks = result.suites.flatMap((suite) => suite.checks.map(({ verdict }) => verdict));
  const passed = checks.filter((verdict) => verdict === "pass").length;
  const line = (what: string, ms: number, note: string, most: number | null = null): Line => ({
    name: `${name}, ${what} (% of the time)`,
    ours: percent(ms),
    peer: Number.NaN,
    ratio: null,
    limit: most === null ? null : { of: "ours", most },
    note,
  });
  const suites = bySuite.map(({ suite, milliseconds }) => `${suite} ${(milliseconds / 1_000).toFixed(1)} s`).join(", ");
  return [
    {
      name,
      ours: wallMs,
      peer: Number.NaN,
      ratio: null,
      limit: null,
      note: `${passed} of ${checks.length} checks passed, ${smokeSummary(result)} ${suites}`,
    },
    line("waiting for the budget", places.budget, "from the wish for a place to the place"),
    line("models", places.model, "Golive's own calls: embedder, judge, gates"),
    line("RAG service", places.service, "with the reader's calls in it"),
    line("database", places.database, "every statement that no model is waited for at the same time"),
    line("own code", places.own, "nobody is waited for", OWN_PERCENT),
    line("processor", cpuMs, "of this process, all threads: what the machine's load does not stretch", OWN_PERCENT),
    line("event loop busy", busyMs, "all own code and the drivers', also while others are waited for"),
  ];
}

function ackLines(bench: AckBench): Line[] {
  const { what, rate, ours, peer, p99Ratio, answers, refused, requests, generatorLateMs } = bench;
  const name = `ack: ${what}, ${rate}/s`;
  const lost = refused + answers.missing + answers.broken;
  return [
    {
      name: `${name}, p50`,
      ours: ours.p50,
      peer: peer.p50,
      ratio: ours.p50 / peer.p50,
      limit: null,
      note: `${requests} requests to each`,
    },
    {
      name: `${name}, p99`,
      ours: ours.p99,
      peer: peer.p99,
      ratio: p99Ratio,
      limit: { of: "ratio", most: ACK_RATIO },
      note: `the generator sent ${generatorLateMs.toFixed(1)} ms late at p99`,
    },
    {
      name: `${name}, worst`,
      ours: ours.worst,
      peer: peer.worst,
      ratio: null,
      limit: { of: "ours", most: ACK_WORST_MS },
    },
    {
      name: `${name}, not acked or not answered (count)`,
      ours: lost,
      peer: 0,
      ratio: null,
      limit: { of: "ours", most: 0 },
      note: `answers after ${answers.p50.toFixed(0)} ms (p50), ${answers.p99.toFixed(0)} ms (p99)`,
    },
  ];
}

function decideLines(bench: Awaited<ReturnType<typeof benchDecide>>): Line[] {
  const { plainMs, decideMs, ratio, ratioPrepared, durable, rounds, perRound } = bench;
  const name = `decide: ${durable ? "waiting for the disk" : "not waiting for the disk"}`;
  return [
    {
      name,
      ours: decideMs,
      peer: plainMs,
      ratio,
      limit: { of: "ratio", most: DECIDE_RATIO },
      note: `${rounds} rounds of ${perRound}`,
    },
    {
      name: `${name}, peer with prepared statements`,
      ours: decideMs,
      peer: decideMs / ratioPrepared,
      ratio: ratioPrepared,
      limit: null,
    },
  ];
}

function intakeLines({ linesEach, requests, clients, bytesEach, ours, copy, oneCopyMs }: IntakeBench): Line[] {
  const name = `intake: requests of ${linesEach}`;
  const perSecond = (eachMs: number): string => Math.round(1_000 / eachMs).toLocaleString("en-US");
  return [
    {
      name: `${name}, each`,
      ours: ours.eachMs,
      peer: copy.eachMs,
      ratio: ours.eachMs / copy.eachMs,
      limit: { of: "ratio", most: INTAKE_RATIO },
      note: `${requests} of ${bytesEach} bytes, ${clients} at a time: ${perSecond(ours.eachMs)} a second; peer: COPY of each, ${perSecond(copy.eachMs)}`,
    },
    { name: `${name}, p99`, ours: ours.p99Ms, peer: copy.p99Ms, ratio: ours.p99Ms / copy.p99Ms, limit: null },
    {
      name: `${name}, peer that knows them all`,
      ours: ours.eachMs,
      peer: oneCopyMs,
      ratio: ours.eachMs / oneCopyMs,
      limit: null,
      note: "peer: one COPY of everything, one transaction",
    },
  ];
}

function limiterLines(bench: Awaited<ReturnType<typeof benchLimiter>>[number]): Line[] {
  const { maxInFlight, notified, callMs, seconds, slots, used, mostInFlight, backMs, leaseMs, troubles } = bench;
  const name = `limiter: ${maxInFlight} in flight${notified ? "" : ", no notifications"}`;
  const lines: Line[] = [
    {
      name: `${name}, most at the server (count)`,
      ours: mostInFlight,
      peer: maxInFlight,
      ratio: mostInFlight / maxInFlight,
      limit: { of: "ratio", most: 1 },
      note: `3 processes, calls of ${callMs} ms, by the local Bedrock's log; ${troubles} failures`,
    },
    {
      name: `${name}, starts (count)`,
      ours: used,
      peer: slots,
      ratio: used / slots,
      // One more fits in when the last is early by a millisecond.
      limit: { of: "ours", most: slots + 1 },
      note: `${seconds} s; shortest pause ${bench.shortestMs.toFixed(0)} ms, p1 ${bench.p1Ms.toFixed(0)} of ${bench.intervalMs.toFixed(0)} ms`,
    },
    {
      name: `${name}, starts not used (%)`,
      ours: Math.max(0, 100 * (1 - used / slots)),
      peer: 0,
      ratio: null,
      limit: { of: "ours", most: UNUSED_PERCENT },
    },
  ];
  if (backMs !== null) {
    lines.push({
      name: `${name}, full rate after kill -9 of a holder`,
      ours: backMs,
      peer: leaseMs,
      ratio: backMs / leaseMs,
      limit: { of: "ratio", most: 1 },
      note: "peer: the lease",
    });
  }
  return lines;
}

function paintLines(bench: Awaited<ReturnType<typeof benchPaint>>): Line[] {
  const { startMs, postMs, repaintMs, updateMs, repaintAgainMs, painterPauseMs, rounds } = bench;
  const line = (name: string, ours: number, peer: number, note: string): Line => ({
    name: `paint: ${name}`,
    ours,
    peer,
    ratio: ours / peer,
    limit: null,
    note,
  });
  return [
    line("/golive start to the first message", startMs, postMs, `${rounds} times; peer: a bare chat.postMessage`),
    line("click to the repainted message", repaintMs, updateMs, "peer: a bare chat.update"),
    line("click to the repaint, right after another", repaintAgainMs, painterPauseMs, "peer: the painter's own pause"),
  ];
}
