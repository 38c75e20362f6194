import { checkBlockers } from "#src/release/blockers-checks";
import { signOffBlockers } from "#src/release/blockers-sign-offs";
import { blocksCutover } from "#src/release/evidence";
import { PAUSE_TEXT } from "#src/release/pause-text";
import type { Instant } from "#src/release/policy";
import type { Blocker } from "#src/release/refusals";
import type { ReleaseState, ServiceState } from "#src/release/state";
import { durationText, listOf, shortHash } from "#src/release/wording";

/**
 * Everything that stands between now and the cutover (rule 5), each a full sentence, most urgent first: what holds the whole
 * release, vetoes, checks that say no, evidence that aged, the manifest, checks under way, sign-offs. Empty means ready.
 * Membership is `release.members`: give the release with freshly resolved members where a decision rests on it.
 */
export function blockersOf(service: ServiceState, release: ReleaseState, now: Instant): readonly Blocker[] {
  const checks = checkBlockers(release, now);
  return [
    ...holds(service, release, now),
    ...vetoes(release),
    ...checks.urgent,
    ...manifestBlockers(service, release),
    ...checks.underWay,
    ...signOffBlockers(release),
  ];
}

function holds(service: ServiceState, release: ReleaseState, now: Instant): readonly Blocker[] {
  const blockers: Blocker[] = [];
  if (release.paused !== null) {
    blockers.push({ kind: "paused", id: release.id, text: `Paused: ${PAUSE_TEXT[release.paused]}` });
  }
  if (service.lock !== null) {
    blockers.push({
      kind: "locked",
      id: service.id,
      text: `Go-lives of ${service.id} are locked by ${service.lock.by.name}: ${service.lock.reason}`,
    });
  }
  for (const { name, from, to } of release.policy.freezeWindows) {
    if (from <= now && now < to) {
      blockers.push({
        kind: "freeze-window",
        id: name,
        text: `Freeze window "${name}": nothing goes live for another ${durationText(to - now)}`,
      });
    }
  }
  return blockers;
}

function manifestBlockers(service: ServiceState, release: ReleaseState): readonly Blocker[] {
  const { manifest } = release;
  if (manifest === null) return [{ kind: "manifest", id: release.id, text: "Run manifest: being frozen" }];
  if (!service.rolledBack.includes(manifest.hash)) return [];
  const text = `Manifest ${shortHash(manifest.hash)} was rolled back: it goes live again only after an unlock with the root cause`;
  return [{ kind: "rolled-back", id: manifest.hash, text }];
}

function vetoes(release: ReleaseState): readonly Blocker[] {
  const { checklist } = release;
  return checklist.signOffs.flatMap(({ id, title }) => {
    const held = release.vetoes.filter((veto) => veto.signOff === id);
    if (held.length === 0 || !blocksCutover(checklist, "sign-off", id)) return [];
    const said = held.map((veto) => `${veto.person.name} (${veto.reason})`);
    return [{ kind: "vetoed", id, text: `${title}: vetoed by ${listOf(said)}` }];
  });
}
