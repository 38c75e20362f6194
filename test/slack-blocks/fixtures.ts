import type { CheckDefinition, ChecklistItem, SignOffDefinition } from "#src/release/checklist";
import type { CheckResult } from "#src/release/events";
import type { ManifestSummary } from "#src/release/manifest-summary";
import type { Person } from "#src/release/people";
import type { Policy } from "#src/release/policy";
import type { ReleaseState, SignOff } from "#src/release/state";
import type { CheckView, EvaluationView, ItemView, ReleaseView, SectionView, SignOffView } from "#src/release/view";

export const NOW = 1_795_420_000_000;
const HOUR = 3_600_000;

export const person = (id: string, name: string): Person => ({ id, name, kind: "member" });
export const rina = person("U0RINA01", "Rina Ray");
export const dan = person("U0DAN001", "Dan Ito");
export const mei = person("U0MEI001", "Mei Sato");

export const policy: Policy = {
  roles: { "data-lead": { users: [dan.id, mei.id], groups: [] } },
  rights: {
    start: ["release-manager"],
    cancel: ["release-manager"],
    cutover: ["release-manager"],
    waive: ["ml-lead"],
    rollback: ["on-call"],
    canary: ["on-call"],
    unlock: ["ml-lead"],
    mute: ["on-call"],
  },
  requesterMaySign: false,
  onePersonManyRoles: false,
  breakGlass: ["ml-lead"],
  firstGoLiveRole: "data-lead",
  waiverMaxMs: 24 * HOUR,
  freezeWindows: [],
};

export function checkDefinition(id: string, title = id): CheckDefinition {
  return { id, title, version: 1, freshForMs: HOUR, waivable: true };
}

export function result(overrides: Partial<CheckResult> = {}): CheckResult {
  return {
    verdict: "pass",
    summary: "0 of 41,220 chunks begin with `Document: `.",
    value: "0 chunks",
    bar: "0",
    numbers: { chunks: 41_220, leaks: 0 },
    how: "SELECT count(*) FILTER (WHERE bm25_text ~ $1) FROM chunks WHERE run = $2",
    next: "",
    evidenceHash: "e1d2c3b4a5f60718e1d2c3b4a5f60718e1d2c3b4a5f60718e1d2c3b4a5f60718",
    ...overrides,
  };
}

export function checkView(id: string, overrides: Partial<CheckView> = {}): CheckView {
  return {
    definition: checkDefinition(id),
    status: "pass",
    attempt: 1,
    result: result(),
    finishedAt: NOW - 60_000,
    freshUntil: NOW + 59 * 60_000,
    waiver: null,
    ...overrides,
  };
}

export const failing = result({
  verdict: "fail",
  summary: "3 of 41,220 chunks begin with `Document: `.",
  value: "3 chunks",
  next: "Ingest again with prefix policy A, then start a new go-live.",
});

export function signOffDefinition(id: string, overrides: Partial<SignOffDefinition> = {}): SignOffDefinition {
  return { id, title: id, role: "data-lead", quorum: 1, covers: ["prefix-leakage"], ...overrides };
}

export function given(signOff: string, by: Person = dan): SignOff {
  return {
    signOff,
    person: by,
    role: "data-lead",
    binding: { manifest: "a1b2c3d4e5", evidence: "0f1e2d3c4b", policy: "99887766aa" },
    at: NOW - 30_000,
  };
}

export function signOffView(id: string, overrides: Partial<SignOffView> = {}): SignOffView {
  return {
    definition: signOffDefinition(id),
    status: "waiting",
    given: [],
    missing: 1,
    mayNow: [dan, mei],
    waitingFor: [],
    voided: [],
    vetoes: [],
    seen: "5e3n",
    ...overrides,
  };
}

export function item(id: string, overrides: Partial<ItemView> & { text?: string; section?: string } = {}): ItemView {
  const { text = id, section = "health-gates", ...rest } = overrides;
  const line: ChecklistItem = { id, section, phase: "before", text, proof: { kind: "check", check: id } };
  return { item: line, status: "pass", line: "", ...rest };
}

export function sectionView(id: string, items: readonly ItemView[], overrides: Partial<SectionView> = {}): SectionView {
  const notBuilt = items.filter((one) => one.status === "not-built").length;
  const afterCutover = items.filter((one) => one.status === "after-cutover").length;
  const notApplicable = items.filter((one) => one.status === "not-applicable").length;
  return {
    id,
    title: id,
    items,
    green: items.filter((one) => one.status === "pass" || one.status === "signed").length,
    total: items.length - notBuilt - afterCutover - notApplicable,
    notBuilt,
    afterCutover,
    notApplicable,
    ...overrides,
  };
}

export function releaseState(overrides: Partial<ReleaseState> = {}): ReleaseState {
  return {
    id: "rel_01J0ABCDEF",
    number: 12,
    service: "support-docs",
    channel: "C0RELEASE",
    requester: rina,
    startedAt: NOW - 5 * 60_000,
    standing: "open",
    candidate: { run: "run-b", config: "config-2" },
    active: { run: "run-a", config: "config-1" },
    checklist: { sections: [], items: [], checks: [], signOffs: [] },
    policy,
    members: { "data-lead": [dan, mei] },
    manifest: { hash: "a1b2c3d4e5f60718a1b2c3d4e5f60718a1b2c3d4e5f60718a1b2c3d4e5f60718", at: NOW - 4 * 60_000 },
    checks: {},
    evaluation: null,
    round: [],
    signOffs: [],
    asked: [],
    voided: [],
    vetoes: [],
    waivers: [],
    breakGlass: [],
    paused: null,
    cutover: null,
    flip: null,
    ended: null,
    stopped: [],
    version: 7,
    ...overrides,
  };
}

/** A small release: prefix-leakage and token-budget in one section, one sign-off; everything green and signed, so ready. */
export function view(overrides: Partial<ReleaseView> = {}, state: Partial<ReleaseState> = {}): ReleaseView {
  return {
    release: releaseState(state),
    phase: "ready",
    blockers: [],
    checks: [checkView("prefix-leakage"), checkView("token-budget")],
    evaluation: null,
    signOffs: [
      signOffView("data-quality", { status: "signed", given: [given("data-quality")], missing: 0, mayNow: [] }),
    ],
    sections: [sectionView("health-gates", [item("prefix-leakage"), item("token-budget")])],
    progress: { checksDone: 2, checksTotal: 2, signed: 1, toSign: 1 },
    seen: "c0ffee",
    ...overrides,
  };
}

/** An evaluation of 130 questions, 41 of which have their verdict. */
export function evaluationView(overrides: Partial<EvaluationView> = {}): EvaluationView {
  return {
    status: "running",
    manifest: "a1b2c3d4",
    run: "ev_0123456789abcdef",
    plan: { trials: 130, calls: 520, seconds: 4_320, dollars: 1.2 },
    progress: { planned: 130, done: 41, lost: 2, secondsLeft: 2_250 },
    end: null,
    ...overrides,
  };
}

/** The same release while prefix-leakage fails and nobody has signed. */
export function failingView(overrides: Partial<ReleaseView> = {}): ReleaseView {
  return view({
    phase: "checking",
    blockers: [
      { kind: "check-fail", id: "prefix-leakage", text: "prefix-leakage: 3 of 41,220 chunks begin with `Document: `." },
      { kind: "sign-off", id: "data-quality", text: "data-quality: data-lead has not signed (Dan Ito or Mei Sato)" },
    ],
    checks: [checkView("prefix-leakage", { status: "fail", result: failing }), checkView("token-budget")],
    signOffs: [
      signOffView("data-quality", { status: "waiting-for-evidence", waitingFor: ["prefix-leakage"], missing: 1 }),
    ],
    sections: [
      sectionView("health-gates", [
        item("prefix-leakage", { status: "fail", line: "3 chunks (bar 0)" }),
        item("token-budget"),
      ]),
    ],
    progress: { checksDone: 2, checksTotal: 2, signed: 0, toSign: 1 },
    ...overrides,
  });
}

/** A complete manifest in a few lines, as a note tells it. */
export const frozenSummary: ManifestSummary = {
  hash: "a1b2c3d4e5f6",
  run: "run-b",
  chunks: 41_220,
  config: "config-2",
  configHash: "0f1e2d3c4b5a",
  models: [
    { role: "generation", asked: "claude-x" },
    { role: "embedding", asked: "titan-y" },
  ],
  commit: "0123456789abcdef",
  branch: "main",
  datasets: [{ id: "gold", cases: 128 }],
  thresholds: 31,
  missing: [],
};
