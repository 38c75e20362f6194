import type { PictureParts, ServicePicture } from "#src/operations/digest/picture";
import type { AgendaEvent } from "#src/operations/events";
import type { OPERATIONS } from "#src/operations/operation";
import type { ProposalState } from "#src/operations/proposals/state";
import type { AgendaEntry, AgendaState, OperationState } from "#src/operations/state";
import type { DomainEvent, Recorded, ServiceEvent } from "#src/release/events";
import { newService } from "#src/release/evolve-service";
import { GOLIVE, type Person } from "#src/release/people";
import type { ServiceState } from "#src/release/state";
import { dan, mei, NOW, policy } from "#test/slack-blocks/fixtures";

export const SERVICE = "support-docs";
export const HOUR = 3_600_000;
export const mila: Person = { id: "U0MILA01", name: "Mila Berg", kind: "member" };
export const omar: Person = { id: "U0OMAR01", name: "Omar Haddad", kind: "member" };
export const rosa: Person = { id: "U0ROSA01", name: "Rosa Lind", kind: "member" };

/** A stream's facts, one an hour, the newest an hour before `NOW`. */
function stream<E extends DomainEvent>(name: string, events: readonly E[], by: Person): Recorded<E>[] {
  return events.map((event, place) => ({
    stream: name,
    version: place + 1,
    at: NOW - (events.length - place) * HOUR,
    by,
    event,
  }));
}
export const serviceFacts = (...events: readonly ServiceEvent[]) => stream(`service/${SERVICE}`, events, rosa);
export const agendaFacts = (...events: readonly AgendaEvent[]) => stream(`agenda/${SERVICE}`, events, GOLIVE);

const entry: AgendaEntry = {
  ...{ schedule: null, handled: 0, open: null, runs: 0, last: null, lastPass: null, skipped: null, skips: 0 },
};
export const agenda = (change: Partial<AgendaState["entries"]> = {}): AgendaState => ({
  service: SERVICE,
  entries: {
    ...{ smoke: entry, weekly: entry, "few-shot": entry, backup: entry, drill: entry, digest: entry },
    ...change,
  },
  proposals: [],
  proposalCount: 0,
  version: 0,
});
export const running = (kind: (typeof OPERATIONS)[number]): AgendaState =>
  agenda({ [kind]: { ...entry, open: { operation: `op_${kind}`, number: 4, since: NOW - HOUR } } });

export const serviceState = (change: Partial<ServiceState> = {}): ServiceState => ({
  ...newService(SERVICE),
  releases: 3,
  live: { run: "run-2", config: "v1" },
  ...change,
});

/** A service of which everything could be read, and where nothing happened. */
export const picture = (change: Partial<PictureParts> & Partial<ServicePicture> = {}): ServicePicture => ({
  service: SERVICE,
  channel: "C0RELEASE",
  policy,
  state: serviceState(),
  live: { run: "run-2", config: "v1" },
  facts: { service: [], agenda: [] },
  release: null,
  canary: null,
  rollback: null,
  agenda: agenda(),
  proposals: [],
  carded: [],
  slos: [],
  next: [],
  members: { "data-lead": [dan, mei], "ml-lead": [mila], "on-call": [omar], "release-manager": [rosa] },
  unread: [],
  ...change,
});

export const proposal = (change: Partial<ProposalState> = {}): ProposalState => ({
  id: "pp_0123456789abcdef",
  number: 2,
  service: SERVICE,
  channel: "C0RELEASE",
  kind: "retrieval-nudge",
  title: "Weigh full-text search more",
  operation: null,
  base: { run: "run-2", config: "v1", digest: "d" },
  changes: [],
  evidence: { summary: "", figures: [], better: [], worse: [], how: "", cautions: [], digest: "e" },
  approvers: ["ml-lead", "data-lead"],
  rights: policy,
  members: {},
  needsRun: false,
  expires: NOW + 48 * HOUR,
  madeAt: NOW - HOUR,
  accepted: [],
  agreed: null,
  written: null,
  release: null,
  ended: null,
  version: 1,
  ...change,
});

export const weekly = (change: Partial<OperationState> = {}): OperationState => ({
  id: "op_weekly",
  number: 3,
  kind: "weekly",
  service: SERVICE,
  channel: "C0RELEASE",
  due: NOW - 8 * HOUR,
  trigger: "schedule",
  missed: 0,
  by: GOLIVE,
  requestedAt: NOW - 8 * HOUR,
  finished: null,
  steps: [],
  version: 1,
  ...change,
});

export const opened = (kind: "smoke" | "weekly" | "digest", number: number): AgendaEvent => ({
  ...{
    type: "operation-opened",
    operation: `op_${kind}_${number}`,
    kind,
    number,
    due: NOW,
    missed: 0,
    week: "2026-W48",
  },
});
export const closed = (
  kind: "smoke" | "weekly" | "digest",
  number: number,
  verdict: "pass" | "fail" | "error" = "pass",
  summary = "212 of 212 checks are green",
): AgendaEvent => ({ type: "operation-closed", operation: `op_${kind}_${number}`, kind, verdict, summary });
