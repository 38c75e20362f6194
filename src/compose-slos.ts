import type { Pool } from "pg";
import { canaryOf } from "#src/canary/use-cases/decide-canary";
import { canaryStream } from "#src/canary/watch/events";
import type { HealthChecks } from "#src/compose-checks";
import type { Governed } from "#src/compose-manifests";
import type { Config } from "#src/config/load-config";
import { listServices } from "#src/config/to-policy";
import { toSloPolicy } from "#src/config/to-slo-policy";
import type { Evaluations } from "#src/evaluation/evaluations";
import { readEvaluated } from "#src/evaluation/read-evaluated";
import type { GateSubject } from "#src/gates/gate";
import { runGate } from "#src/gates/run-gate";
import type { Journal } from "#src/journal/journal";
import type { Log } from "#src/log";
import type { Finding } from "#src/operations/slo/inputs";
import type { SloReport } from "#src/operations/slo/slo";
import { createAuditTrail } from "#src/operations/slo/work/audit-trail";
import { createDevSet } from "#src/operations/slo/work/dev-set";
import { leakageFinding, notLooked } from "#src/operations/slo/work/findings";
import { createRecentReports } from "#src/operations/slo/work/recent-reports";
import { remember } from "#src/operations/slo/work/remember";
import { createSlos, type Slos } from "#src/operations/slo/work/slos";
import { newestWeek } from "#src/operations/slo/work/week-thread";
import { earlierSmokes } from "#src/operations/smoke/work/smoke-runner";
import { headOf, verifyTrail } from "#src/operations/smoke/work/verify-trail";
import type { DomainClock } from "#src/release/clock";
import { type Pair, serviceStream } from "#src/release/events";
import { samePair } from "#src/release/pair";
import { peopleOf } from "#src/release/rights";
import type { Identity } from "#src/release/use-cases";
import { serviceEvents, serviceOf } from "#src/release/use-cases/folded";
import { stableManifest } from "#src/release/use-cases/stable-manifest";

type Deps = {
  readonly config: Config;
  readonly pool: Pool;
  readonly journal: Journal;
  readonly clock: DomainClock;
  readonly governed: (service: string) => Governed;
  readonly identity: Identity;
  readonly evaluations: Evaluations;
  readonly checks: Pick<HealthChecks, "gates" | "surroundingsOf" | "onFault">;
  readonly log: Log;
};

export type ComposedSlos = Slos & {
  /** One look at every service; what one of them lacks keeps nobody from the others. */
  readonly lookAtAll: () => Promise<void>;
  /** A minute old at most. */
  readonly readRecent: (service: string) => Promise<SloReport>;
  /** Of every service, for /metrics; one that can't be read is left out. */
  readonly readAll: () => Promise<readonly SloReport[]>;
};

/** What is looked at beside the tables: the chain, the few-shot pool. Machine time. */
const LOOKED_FOR_MS = 3_600_000;
/** Scrapes come more often than anything changes, and so do changes of what App Home shows. Machine time. */
const RECENT_MS = 60_000;
const GATE_MS = 120_000;
const LEAKAGE = "few-shot-leakage";
const DAY_MS = 86_400_000;

/** SLOs over everything that says something about a service. */
export function composeSlos(deps: Deps): ComposedSlos {
  const { config, pool, journal, clock, governed, identity, evaluations, checks, log } = deps;
  const serviceState = async (id: string) => serviceOf(id, await journal.load(serviceStream(id)));
  const once = remember<Finding>({
    forMs: LOOKED_FOR_MS,
    now: Date.now,
    // What could not be told is looked at again the next time.
    keep: ({ verdict }) => verdict !== "inconclusive",
  });
  const policies = new Map(listServices(config).map((service) => [service.id, toSloPolicy(service)]));
  const policyOf = (id: string) => {
    const found = policies.get(id);
    if (found === undefined) throw new Error(`no service ${id} is configured`);
    return found;
  };
  const devSet = createDevSet({
    runs: evaluations.store.runs,
    async against(record) {
      const other = await evaluations.baselineOf(record);
      if (other === null) return null;
      const compare = async () => (await evaluations.report(record, other)).report.against?.comparison ?? null;
      return { id: other.record.id, compare };
    },
  });

  async function fewShotLeakage(service: string, live: Pair | null): Promise<Finding> {
    if (governed(service).service.applies[LEAKAGE] !== undefined)
      return notLooked(`\`applies\` says that ${LEAKAGE} doesn't apply; say so under \`slos.not_applicable\` as well.`);
    const gate = checks.gates.get(LEAKAGE);
    if (gate === undefined || live === null) return leakageFinding(null);
    const subject: GateSubject = {
      ...(await checks.surroundingsOf(service)),
      candidate: live,
      active: live,
      frozenManifest: null,
    };
    return leakageFinding(await runGate(gate, subject, AbortSignal.timeout(GATE_MS), checks.onFault));
  }

  const auditTrail = createAuditTrail({
    verify: (anchor) => verifyTrail(pool, anchor),
    anchor: async (service) => headOf((await earlierSmokes(journal, service)).green),
  });

  /** What can't be looked at now is not known, and keeps nobody from the rest. */
  async function orUnknown(what: string, service: string, look: () => Promise<Finding>): Promise<Finding> {
    try {
      return await look();
    } catch (err) {
      log.warn({ err, service }, `${what} could not be looked at for the SLOs`);
      return notLooked("It could not be looked at just now; the log says why.");
    }
  }

  const slos = createSlos({
    pool,
    journal,
    now: clock.now,
    log,
    run: evaluations.store.run,
    service: (id) => ({ policy: policyOf(id), channel: governed(id).service.channel }),
    async pairsOf(id) {
      const canary = canaryOf(await journal.load(canaryStream(id)));
      return canary === null ? null : { baseline: canary.baseline, canary: canary.candidate };
    },
    async evaluated(record) {
      const { store } = governed(record.plan.service);
      const { runs, unread } = await readEvaluated({ evaluations: evaluations.store, store }, [record]);
      const [run] = runs;
      if (run === undefined) throw new Error(`evaluation ${record.id} was read and is not there`);
      return { run, unread };
    },
    manifestOf: (service, pair) => stableManifest(journal, service, pair),
    async wasLive(service, pair) {
      const { live, before } = await serviceState(service);
      return [live, ...before].some((each) => samePair(each, pair));
    },
    async looked(service) {
      const { live } = await serviceState(service);
      const since = clock.now() - policyOf(service).windowDays * DAY_MS;
      const deploys = serviceEvents(await journal.load(serviceStream(service))).flatMap(({ event, at }) =>
        event.type === "release-closed" && event.as === "live" && at >= since ? [event] : [],
      );
      const [dev, leakage, audit] = await Promise.all([
        orUnknown("the dev set", service, () => devSet(service, live, since)),
        orUnknown("the few-shot pool", service, () =>
          once(`${LEAKAGE}/${service}/${live?.run}/${live?.config}`, () => fewShotLeakage(service, live)),
        ),
        orUnknown("the journal", service, () => once(`audit/${service}`, () => auditTrail(service))),
      ]);
      return {
        live,
        deploys: { all: deploys.length, without: deploys.filter(({ manifest }) => manifest === null).length },
        devSet: dev,
        fewShotLeakage: leakage,
        auditTrail: audit,
      };
    },
    async onCall(service) {
      try {
        return peopleOf(await identity.members(), governed(service).service.on_call);
      } catch (err) {
        // The alert stands in the channel all the same.
        log.warn({ err, service }, "who is on call could not be asked for an alert");
        return [];
      }
    },
    week: (service) => newestWeek(pool, service, clock.now()),
  });

  const readRecent = createRecentReports({
    read: slos.useCases.readSlos,
    state: slos.state,
    forMs: RECENT_MS,
    now: Date.now,
  });

  return {
    ...slos,
    readRecent,
    async lookAtAll() {
      // One after the other: adding up holds a connection, and asks the journal for canaries over another one.
      for (const service of policies.keys()) {
        await slos
          .look(service)
          .catch((err: unknown) =>
            log.warn({ err, service }, "a service's SLOs could not be looked at; it is tried again"),
          );
      }
    },
    async readAll() {
      const reports = await Promise.allSettled([...policies.keys()].map(readRecent));
      return reports.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    },
  };
}
