import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import type { CheckId, Checklist, SignOffId } from "#src/release/checklist";
import type { Binding, Verdict } from "#src/release/events";
import { blocksCutover } from "#src/release/evidence";
import type { Policy } from "#src/release/policy";
import type { ReleaseState } from "#src/release/state";

const SHORT = 12;

/** SHA-256 in hex over the RFC 8785 canonical JSON of `value`. Throws on what JSON can't say (NaN, lone surrogates). */
export function digestOf(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("only JSON values have a digest");
  return createHash("sha256").update(text, "utf8").digest("hex");
}

/**
 * What a check's evidence is, apart from when and how long: a rerun with the same outcome over the same inputs has the same
 * hash and voids nothing. `inputs` is the digest of what was looked at (run digest, configuration), not what was measured.
 */
export function evidenceHash(evidence: {
  readonly check: CheckId;
  readonly version: number;
  readonly verdict: Verdict;
  readonly thresholds: Readonly<Record<string, string | number | boolean | null>>;
  readonly inputs: string;
}): string {
  const { check, version, verdict, thresholds, inputs } = evidence;
  return digestOf({ check, version, verdict, thresholds, inputs });
}

/** Checklists and policies are immutable and asked for often: the same two objects always hash the same. */
const policyHashes = new WeakMap<Policy, WeakMap<Checklist, Map<SignOffId, string>>>();

/**
 * The rules under which one sign-off counts: its definition, which of the checks it covers block the cutover, its role's text
 * in the configuration, and the two flags that say who may sign. Not the people the role resolves to. A sign-off that is no
 * longer asked for has the hash "".
 */
export function policyHash(state: Pick<ReleaseState, "checklist" | "policy">, signOff: SignOffId): string {
  const { checklist, policy } = state;
  const ofPolicy = policyHashes.get(policy) ?? new WeakMap<Checklist, Map<SignOffId, string>>();
  policyHashes.set(policy, ofPolicy);
  const known = ofPolicy.get(checklist) ?? new Map<SignOffId, string>();
  ofPolicy.set(checklist, known);
  const hash = known.get(signOff) ?? hashRules(checklist, policy, signOff);
  known.set(signOff, hash);
  return hash;
}

function hashRules(checklist: Checklist, policy: Policy, signOff: SignOffId): string {
  const definition = checklist.signOffs.find(({ id }) => id === signOff);
  if (definition === undefined) return "";
  return digestOf({
    definition,
    blocking: definition.covers.filter((check) => blocksCutover(checklist, "check", check)),
    ...notApplicable(checklist, definition.covers),
    role: policy.roles[definition.role] ?? null,
    requesterMaySign: policy.requesterMaySign,
    onePersonManyRoles: policy.onePersonManyRoles,
  });
}

/** Covered checks that are declared not to apply: signed with their reasons. Nothing where there are none. */
function notApplicable(checklist: Checklist, covers: readonly CheckId[]): { notApplicable?: readonly string[][] } {
  const declared = checklist.checks.flatMap(({ id, notApplicable: reason }) =>
    reason !== undefined && covers.includes(id) ? [[id, reason]] : [],
  );
  return declared.length === 0 ? {} : { notApplicable: declared };
}

/** States are immutable, and one view asks for each binding six times: half of its time went into these hashes. */
const bindings = new WeakMap<ReleaseState, Map<SignOffId, Binding | null>>();

/**
 * What somebody who signs now binds the signature to (rule 1). Null while the manifest is not frozen or a covered check has
 * never finished: then there is nothing to sign.
 */
export function bindingOf(state: ReleaseState, signOff: SignOffId): Binding | null {
  const ofState = bindings.get(state) ?? new Map<SignOffId, Binding | null>();
  bindings.set(state, ofState);
  const known = ofState.get(signOff);
  if (known !== undefined) return known;
  const binding = bind(state, signOff);
  ofState.set(signOff, binding);
  return binding;
}

function bind(state: ReleaseState, signOff: SignOffId): Binding | null {
  const definition = state.checklist.signOffs.find(({ id }) => id === signOff);
  if (definition === undefined || state.manifest === null) return null;
  const evidence: unknown[] = [];
  for (const check of definition.covers) {
    const result = state.checks[check]?.result ?? null;
    if (result === null) return null;
    const waiver = state.waivers.find((entry) => entry.check === check && entry.evidence === result.evidenceHash);
    evidence.push(
      waiver === undefined
        ? { check, evidence: result.evidenceHash }
        : {
            check,
            evidence: result.evidenceHash,
            waiver: { by: waiver.by.id, reason: waiver.reason, until: waiver.until },
          },
    );
  }
  return { manifest: state.manifest.hash, evidence: digestOf(evidence), policy: policyHash(state, signOff) };
}

/** Short digest of what a person sees when signing: a button carries it, and a click on an older one is refused. */
export function seenOf(state: ReleaseState, signOff: SignOffId): string {
  return digestOf({ signOff, binding: bindingOf(state, signOff) }).slice(0, SHORT);
}

/** Short digest of all that a cutover would rest on; the Cut over button carries it. */
export function cutoverSeenOf(state: ReleaseState): string {
  const { manifest, candidate, active, checks, waivers, signOffs } = state;
  return digestOf({
    manifest: manifest?.hash ?? null,
    candidate,
    active,
    checks: Object.fromEntries(Object.entries(checks).map(([id, check]) => [id, check.result?.evidenceHash ?? null])),
    waivers: waivers.map(({ check, evidence, until }) => ({ check, evidence, until })),
    signOffs: signOffs.map(({ signOff, person, binding }) => ({ signOff, person: person.id, binding })),
  }).slice(0, SHORT);
}
