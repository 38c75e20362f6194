import fc from "fast-check";
import type { Person } from "#src/release/people";
import type { VoidedSignOff } from "#src/release/state";
import type { CheckStatus, CheckView, ItemStatus, ItemView, ReleaseView, SignOffView } from "#src/release/view";
import { checkDefinition, given, NOW, policy, releaseState, result, sectionView } from "#test/slack-blocks/fixtures";

const nasty = [
  "<!channel>",
  "<@U0DAN001>",
  "&<>&amp;",
  "👩‍👩‍👧‍👦🇩🇪",
  "\u202eevil",
  "שלום עולם",
  "مرحبا",
  "\ud83d",
  'quo"te\\back',
  "`tick`*star*_u_~s~",
  "\n\n\n",
  "\u0000\u0007",
  "e\u0301\u0301\u0301\u0301",
  "漢字".repeat(10),
  "word ".repeat(12),
  ":white_check_mark:",
];

/** Text of up to `max` characters made of what breaks renderers: tokens, entities, emoji, right-to-left, quotes, controls. */
export function hostileText(max: number): fc.Arbitrary<string> {
  const piece = fc.oneof(fc.constantFrom(...nasty), fc.string({ unit: "binary", maxLength: 12 }));
  return fc
    .tuple(fc.array(piece, { minLength: 1, maxLength: 6 }), fc.integer({ min: 0, max }))
    .map(([pieces, length]) => repeatTo(pieces.join(""), length));
}

/** Small or as long as it gets. */
export const extreme = (max: number) =>
  fc.oneof(
    hostileText(12),
    hostileText(max),
    hostileText(max).map((text) => repeatTo(text || "x", max)),
  );

function repeatTo(text: string, length: number): string {
  return text === "" ? "" : text.repeat(Math.ceil(length / text.length)).slice(0, length);
}

const people: fc.Arbitrary<Person[]> = fc.array(
  extreme(300).map((name): Person => ({ id: "U0LONG001", name, kind: "member" })),
  { maxLength: 6 },
);

type Texts = { readonly long: string; readonly short: string; readonly people: Person[] };
const texts: fc.Arbitrary<Texts> = fc.record({ long: extreme(3_000), short: extreme(300), people });

const checkStatuses: readonly CheckStatus[] = [
  "pending",
  "running",
  "pass",
  "fail",
  "inconclusive",
  "error",
  "stale",
  "waived",
  "not-applicable",
];
const bad: readonly CheckStatus[] = ["fail"];

function hostileCheck(index: number, id: string, { long, short, people: [by] }: Texts, status: CheckStatus): CheckView {
  const author = by ?? { id: "U1", name: "", kind: "member" };
  return {
    definition: { ...checkDefinition(`${id}-${index}`, short) },
    status,
    attempt: index,
    result:
      status === "pending"
        ? null
        : result({
            verdict: "fail",
            summary: long,
            value: short,
            bar: short,
            how: long,
            next: long,
            numbers: Object.fromEntries(
              Array.from({ length: 30 }, (_, i) => [`${short}${i}`, i % 2 === 0 ? long : Number.NaN]),
            ),
          }),
    finishedAt: NOW,
    freshUntil: NOW + index - 5,
    waiver: status === "waived" ? { check: id, by: author, reason: long, until: NOW, at: NOW, evidence: "e" } : null,
  };
}

function hostileSignOff(
  index: number,
  id: string,
  seed: Texts,
  checks: readonly CheckView[],
  status: SignOffView["status"],
): SignOffView {
  const { long, short, people: persons } = seed;
  const signers = persons.slice(0, 3).map((by) => ({ ...given(id, by), role: short }));
  const voided = signers.map(
    (one, at): VoidedSignOff => ({
      ...one,
      voidedAt: NOW,
      because:
        at % 2 === 0 ? { kind: "evidence", from: long, to: short, what: long } : { kind: "left-role", role: long },
    }),
  );
  return {
    definition: {
      id: `${id}-${index}`,
      title: short,
      role: short,
      quorum: 3,
      covers: checks.map((one) => one.definition.id),
    },
    status,
    given: signers,
    missing: status === "signed" ? 0 : 2,
    mayNow: persons,
    waitingFor: checks.map((one) => one.definition.title),
    voided,
    vetoes:
      status === "vetoed" ? signers.map((one) => ({ signOff: id, person: one.person, reason: long, at: NOW })) : [],
    seen: short.slice(0, 40),
  };
}

type Size = { readonly checks: number; readonly signOffs: number; readonly sections: number; readonly items: number };

function hostileView(
  size: Size,
  seed: Texts,
  id: string,
  allFail: boolean,
  ready: boolean,
  standing: ReleaseView["release"]["standing"],
): ReleaseView {
  const of = <T>(all: readonly T[], index: number): T | undefined => all[index % all.length];
  const checks = Array.from({ length: size.checks }, (_, i) =>
    hostileCheck(i, id, seed, of(allFail ? bad : checkStatuses, i) ?? "fail"),
  );
  const statuses: readonly SignOffView["status"][] = ["waiting", "signed", "vetoed", "waiting-for-evidence"];
  const signOffs = Array.from({ length: size.signOffs }, (_, i) =>
    hostileSignOff(i, id, seed, checks, of(statuses, i) ?? "waiting"),
  );
  const items = Array.from({ length: size.items }, (_, i): ItemView => {
    const check = of(checks, i);
    const status: ItemStatus = check === undefined || (!allFail && i % 5 === 0) ? "not-built" : check.status;
    const proof =
      status === "not-built" || check === undefined
        ? ({ kind: "not-built", check: id } as const)
        : ({ kind: "check", check: check.definition.id } as const);
    return {
      item: {
        id: `${id}-i${i}`,
        section: `s${i % size.sections}`,
        phase: i % 7 === 0 ? "canary" : "before",
        text: seed.short,
        proof,
      },
      status,
      line: seed.long,
    };
  });
  const sections = Array.from({ length: size.sections }, (_, i) =>
    sectionView(
      `${id}-s${i}`,
      items.filter((_one, at) => at % size.sections === i),
      { title: seed.short },
    ),
  );
  const blockers = ready
    ? []
    : [...checks, ...checks].map((one) => ({ kind: "check-fail", id: one.definition.id, text: seed.long }));
  const [requester = { id: "U1", name: seed.short, kind: "member" } as const] = seed.people;
  const pair = { run: seed.short || "r", config: seed.short || "c" };
  return {
    release: releaseState({
      service: seed.short || "s",
      standing,
      requester,
      candidate: pair,
      active: ready ? null : { run: `${seed.short}2`, config: `${seed.short}3` },
      manifest: { hash: seed.long, at: NOW },
      members: { [seed.short]: seed.people },
      policy,
      signOffs: signOffs.flatMap((one) => one.given),
      cutover: { by: requester, at: NOW },
      ended: standing === "open" || standing === "cutting_over" ? null : { at: NOW, by: requester, reason: seed.long },
      stopped: ready ? [] : Array.from({ length: 12 }, () => seed.long),
      flip: { id: "f", from: null, to: pair, outcome: ready ? "flipped" : null },
    }),
    phase:
      standing === "open" ? (ready ? "ready" : "signing") : standing === "cutting_over" ? "cutting over" : standing,
    blockers,
    checks,
    evaluation: {
      status: "running",
      manifest: seed.long,
      run: seed.long,
      plan: { trials: 1, calls: 1, seconds: 1e9, dollars: 1e9 },
      progress: { planned: 1e9, done: 1, lost: 1, secondsLeft: 1e12 },
      end: null,
    },
    signOffs,
    sections,
    progress: { checksDone: 1, checksTotal: size.checks, signed: 1, toSign: size.signOffs },
    seen: seed.short.slice(0, 40),
  };
}

const biggest: Size = { checks: 60, signOffs: 40, sections: 12, items: 300 };
const size: fc.Arbitrary<Size> = fc.oneof(
  fc.constant(biggest),
  fc.record({
    checks: fc.integer({ min: 0, max: 60 }),
    signOffs: fc.integer({ min: 0, max: 40 }),
    sections: fc.integer({ min: 1, max: 40 }),
    items: fc.integer({ min: 0, max: 300 }),
  }),
);

/** Any release of any checklist: up to 300 items, 40 sign-offs, 40 sections, every text hostile and up to 3,000 long. */
export const anyView: fc.Arbitrary<ReleaseView> = fc
  .tuple(
    size,
    texts,
    fc.oneof(fc.constant("gate"), hostileText(60), hostileText(2_500)),
    fc.boolean(),
    fc.boolean(),
    fc.constantFrom("open", "open", "open", "cutting_over", "live", "cancelled", "failed"),
  )
  .map(([dimensions, seed, id, allFail, ready, standing]) =>
    hostileView(dimensions, seed, id, allFail, ready, standing),
  );

/** The worst named case: every item failing, three signers, 300 items, 40 sign-offs, 12 sections, 3,000-character summaries. */
export function worstView(): ReleaseView {
  const seed: Texts = {
    long: repeatTo('🚨 <!channel> & שלום "quoted" ', 3_000),
    short: repeatTo("Long & <name> ", 300),
    people: ["Dan", "Mei", "Rina"].map((name, at) => ({
      id: `U0WORST0${at}`,
      name: repeatTo(`${name} <b> `, 300),
      kind: "member",
    })),
  };
  return hostileView(biggest, seed, "gate", true, false, "open");
}
