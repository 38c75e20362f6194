import { type CheckId, type Checklist, evaluationChecks } from "#src/release/checklist";
import type { Recorded, ReleaseEvent } from "#src/release/events";
import { inDoubt } from "#src/release/flip-doubt";
import { GOLIVE, type Person } from "#src/release/people";
import {
  type CheckState,
  type EvaluationState,
  isCheckUnderWay,
  type ReleaseState,
  type SignOff,
  type VoidedSignOff,
} from "#src/release/state";
import { unreachable } from "#src/release/unreachable";

type Of<T extends ReleaseEvent["type"]> = Extract<ReleaseEvent, { type: T }>;
type Changes = Partial<ReleaseState>;

const UNTOUCHED: CheckState = { status: "pending", attempt: 0, result: null, finishedAt: null, freshUntil: null };

/** The checks of a checklist: those that were there before keep what they found. */
export function checksOf(checklist: Checklist, before: ReleaseState["checks"]): ReleaseState["checks"] {
  return Object.fromEntries(checklist.checks.map(({ id }) => [id, before[id] ?? UNTOUCHED]));
}

/** What one fact changes of a release that has begun. */
export function changesOf(
  state: ReleaseState,
  recorded: Recorded<ReleaseEvent>,
  event: Exclude<ReleaseEvent, { type: "release-started" }>,
): Changes {
  const { by, at } = recorded;
  switch (event.type) {
    case "manifest-frozen":
      return { manifest: { hash: event.hash, at } };
    case "check-requested":
      return {
        ...ofCheck(state, event.check, { status: "pending", attempt: event.attempt }),
        round: roundOf(state, event, by),
      };
    case "check-started":
      return ofCheck(state, event.check, { status: "running" });
    case "check-finished":
      return ofCheck(state, event.check, {
        status: "finished",
        result: event.result,
        finishedAt: at,
        freshUntil: event.freshUntil,
      });
    case "evaluation-requested":
      return evaluationRequested(state, event, at);
    case "evaluation-started": {
      const { evaluation: run, plan } = event;
      return ofEvaluation(state, { status: "running", run, plan, at });
    }
    case "evaluation-stopped":
      return ofEvaluation(state, { status: "stopping" });
    case "evaluation-ended":
      return ofEvaluation(state, { status: "ended", run: event.evaluation, end: event.end, at });
    case "signed":
      return signed(state, recorded, event);
    case "sign-off-withdrawn":
      return { signOffs: without(state.signOffs, event.signOff, by.id) };
    case "sign-off-voided":
      return voided(state, recorded, event);
    case "vetoed":
      return {
        vetoes: [...state.vetoes, { signOff: event.signOff, person: by, reason: event.reason, at }],
        breakGlass: without(state.breakGlass, event.signOff),
      };
    case "veto-lifted":
      return lifted(state, event.signOff, event.person);
    case "break-glass-asked":
      return { breakGlass: [...state.breakGlass, { signOff: event.signOff, person: by }] };
    case "glass-broken":
      return lifted(state, event.signOff);
    case "waived": {
      const { check, reason, until, evidence } = event;
      const others = state.waivers.filter((waiver) => waiver.check !== check);
      return { waivers: [...others, { check, by, reason, until, at, evidence }] };
    }
    case "members-resolved":
      // A role that could not be resolved is absent: what was known last stays, and no decision rests on it.
      return { members: { ...state.members, ...event.members } };
    case "policy-changed":
      return policyChanged(state, event);
    case "paused":
      return { paused: event.because };
    case "resumed":
      return { paused: null };
    case "cutover-requested":
      return {
        standing: "cutting_over",
        cutover: { by, at },
        stopped: [],
        members: { ...state.members, ...event.members },
      };
    case "cutover-stopped":
      return { standing: "open", cutover: null, stopped: event.because };
    case "flip-intended":
      return { flip: { id: event.flip, from: event.from, to: event.to, outcome: null } };
    case "flip-settled":
      return inDoubt(state) && state.flip !== null ? { flip: { ...state.flip, outcome: event.outcome } } : {};
    case "went-live":
      return { standing: "live", ended: { at, by, reason: "live" } };
    case "release-cancelled":
      return { standing: "cancelled", ended: { at, by, reason: event.reason } };
    case "release-failed":
      return { standing: "failed", ended: { at, by, reason: event.reason } };
    default:
      return unreachable(event);
  }
}

function ofCheck(state: ReleaseState, check: CheckId, change: Partial<CheckState>): Pick<ReleaseState, "checks"> {
  return { checks: { ...state.checks, [check]: { ...(state.checks[check] ?? UNTOUCHED), ...change } } };
}

/** What the checks that rest on it found before was about the old manifest; a renewal leaves it standing until the new one ends. */
function evaluationRequested(state: ReleaseState, event: Of<"evaluation-requested">, at: number): Changes {
  const { manifest, because } = event;
  const awaiting = because === "manifest" ? evaluationChecks(state.checklist) : [];
  const last = state.evaluation?.manifest === manifest ? state.evaluation : null;
  const before =
    last === null || last.end?.outcome === "cancelled" ? (last?.before ?? null) : (last.run ?? last.before);
  const checks = Object.fromEntries(
    awaiting.map(({ id }) => [id, { ...(state.checks[id] ?? UNTOUCHED), status: "awaiting" as const }]),
  );
  return {
    evaluation: { status: "requested", manifest, because, before, run: null, plan: null, end: null, at },
    checks: { ...state.checks, ...checks },
  };
}

function ofEvaluation({ evaluation }: ReleaseState, change: Partial<EvaluationState>): Changes {
  return evaluation === null ? {} : { evaluation: { ...evaluation, ...change } };
}

/** A round ends when nothing is under way; the next request begins another. */
function roundOf(state: ReleaseState, event: Of<"check-requested">, by: Person): ReleaseState["round"] {
  const underWay = Object.values(state.checks).some(isCheckUnderWay);
  const others = underWay ? state.round.filter(({ check }) => check !== event.check) : [];
  const before = state.checks[event.check]?.result?.evidenceHash ?? null;
  return [...others, { check: event.check, before, refresh: by.id === GOLIVE.id }];
}

function signed(state: ReleaseState, { by, at }: Recorded<ReleaseEvent>, event: Of<"signed">): Changes {
  const { signOff, role, binding } = event;
  return {
    signOffs: [...state.signOffs, { signOff, person: by, role, binding, at }],
    voided: answered(state.voided, signOff, by.id),
  };
}

/** Each new signature answers one void: the person's own, else the oldest of that item (somebody who left was replaced). */
function answered(voided: readonly VoidedSignOff[], signOff: string, person: string): readonly VoidedSignOff[] {
  const own = voided.find((entry) => entry.signOff === signOff && entry.person.id === person);
  const answeredNow = own ?? voided.find((entry) => entry.signOff === signOff);
  return answeredNow === undefined ? voided : voided.filter((entry) => entry !== answeredNow);
}

function voided(state: ReleaseState, { at }: Recorded<ReleaseEvent>, event: Of<"sign-off-voided">): Changes {
  const given = state.signOffs.find((entry) => isOf(entry, event.signOff, event.person.id));
  if (given === undefined) return {};
  const others = state.voided.filter((entry) => !isOf(entry, event.signOff, event.person.id));
  return {
    signOffs: without(state.signOffs, event.signOff, event.person.id),
    voided: [...others, { ...given, because: event.because, voidedAt: at }],
  };
}

/** Vetoes of one person, or of all; when none is left, nobody needs to break the glass any more. */
function lifted(state: ReleaseState, signOff: string, person?: string): Changes {
  const vetoes = without(state.vetoes, signOff, person);
  const held = vetoes.some((veto) => veto.signOff === signOff);
  return { vetoes, breakGlass: held ? state.breakGlass : without(state.breakGlass, signOff) };
}

function policyChanged(state: ReleaseState, event: Of<"policy-changed">): Changes {
  const { checklist, policy } = event;
  const signOffs = new Set(checklist.signOffs.map(({ id }) => id));
  const checks = new Set(checklist.checks.map(({ id }) => id));
  return {
    checklist,
    policy,
    checks: checksOf(checklist, state.checks),
    vetoes: state.vetoes.filter((veto) => signOffs.has(veto.signOff)),
    breakGlass: state.breakGlass.filter((ask) => signOffs.has(ask.signOff)),
    waivers: state.waivers.filter((waiver) => checks.has(waiver.check)),
    round: state.round.filter(({ check }) => checks.has(check)),
  };
}

type OfPerson = Pick<SignOff, "signOff" | "person">;

function isOf(entry: OfPerson, signOff: string, person: string): boolean {
  return entry.signOff === signOff && entry.person.id === person;
}

function without<T extends OfPerson>(entries: readonly T[], signOff: string, person?: string): readonly T[] {
  return entries.filter(
    (entry) => !(entry.signOff === signOff && (person === undefined || entry.person.id === person)),
  );
}
