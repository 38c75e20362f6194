import { accept, type Decision, onRelease, onService, refuse } from "#src/release/decision";
import { frozenChecklist, missingChecks } from "#src/release/first-go-live";
import type { Intent } from "#src/release/intents";
import { unresolvedRoles } from "#src/release/members";
import { samePair } from "#src/release/pair";
import type { Refusal } from "#src/release/refusals";
import { holdersOf, peopleOf, refuseRight } from "#src/release/rights";
import type { ServiceState } from "#src/release/state";

type Start = Extract<Intent, { type: "start" }>;

/** Opens a release (rule 6: one per service): `release-opened` of the service first, then `release-started`. */
export function decideStart(service: ServiceState, intent: Start): Decision {
  const first = intent.active === null;
  const checklist = frozenChecklist(intent.checklist, intent.policy, first);
  const refusal =
    refuseRight(intent.policy, "start", intent.actor, intent.members, "start a release") ??
    refusePlace(service, intent) ??
    refuseCandidate(intent);
  if (refusal !== null) return refuse(refusal);
  const missing = missingChecks(checklist, first);
  if (missing.length > 0) return refuse({ kind: "checklist-incomplete", missing });
  const unresolved = unresolvedRoles({ checklist }, intent.members);
  if (unresolved.length > 0) return refuse({ kind: "role-unresolved", roles: unresolved });
  const empty = [...new Set(checklist.signOffs.map(({ role }) => role))].filter(
    (role) => peopleOf(intent.members, [role]).length === 0,
  );
  if (empty.length > 0) return refuse({ kind: "role-empty", roles: empty });

  const { release, channel, candidate, active, policy, members, actor } = intent;
  const number = service.releases + 1;
  return accept(
    onService(service, { type: "release-opened", release, number }, actor),
    onRelease(
      { id: release },
      {
        type: "release-started",
        release,
        number,
        service: service.id,
        channel,
        candidate,
        active,
        checklist,
        policy,
        members,
      },
      actor,
    ),
  );
}

function refusePlace(service: ServiceState, intent: Start): Refusal | null {
  if (intent.from !== intent.channel) return { kind: "wrong-channel", channel: intent.channel };
  if (intent.channelSharedExternally) return { kind: "shared-channel", channel: intent.channel };
  if (service.openRelease !== null) {
    return { kind: "release-open", release: service.openRelease, number: service.releases };
  }
  if (service.lock === null) return null;
  return { kind: "locked", reason: service.lock.reason, who: holdersOf(intent.policy, "unlock", intent.members) };
}

function refuseCandidate({ candidate, active, facts }: Start): Refusal | null {
  if (facts.run === "missing") return { kind: "run-missing", run: candidate.run };
  if (facts.run === "incomplete") return { kind: "run-incomplete", run: candidate.run };
  if (facts.config === "missing") return { kind: "config-missing", config: candidate.config };
  return samePair(candidate, active) ? { kind: "same-as-active", pair: candidate } : null;
}
