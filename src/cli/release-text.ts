import type { CheckView, ReleaseView, SignOffView } from "#src/release/view";

const MARK: Readonly<Record<string, string>> = {
  pass: "✅ pass",
  fail: "❌ fail",
  inconclusive: "⚠️ inconclusive",
  error: "⚠️ error",
  pending: "⏳ pending",
  running: "⏳ running",
  stale: "⏳ stale",
  waived: "⚠️ waived",
  signed: "✅ signed",
  waiting: "✍️ waiting",
  "waiting-for-evidence": "⏳ waiting for evidence",
  vetoed: "⏸ vetoed",
};
const mark = (status: string): string => MARK[status] ?? status;
const pair = (value: { run: string; config: string } | null): string =>
  value === null ? "nothing" : `${value.run} with ${value.config}`;

/** A release for a terminal: same words and order as in Slack. Ends with a line break. */
export function releaseText(view: ReleaseView): string {
  const { release, progress } = view;
  const lines = [
    `${release.service} → ${release.candidate.run} (release ${release.number}, ${release.id})`,
    `${view.phase} · started by ${release.requester.name} at ${iso(release.startedAt)} · manifest ${release.manifest?.hash.slice(0, 8) ?? "not frozen yet"}`,
    `${pair(release.active)} → ${pair(release.candidate)}`,
    `${progress.checksDone} of ${progress.checksTotal} checks · ${progress.signed} of ${progress.toSign} sign-offs`,
    "",
    ...blockerLines(view),
    "",
    "Checks",
    ...view.checks.map(checkLine),
    "",
    "Sign-offs",
    ...view.signOffs.map(signOffLine),
  ];
  return `${lines.join("\n")}\n`;
}

function blockerLines(view: ReleaseView): string[] {
  if (view.release.ended !== null) return [view.release.ended.reason];
  if (view.blockers.length === 0) {
    return [
      `Ready. Cut over flips ${view.release.service} from ${pair(view.release.active)} to ${pair(view.release.candidate)}.`,
    ];
  }
  return ["What blocks the cutover", ...view.blockers.map((blocker) => `  - ${blocker.text}`)];
}

/** One check in one line: state, id, and the sentence with its number. */
export function checkLine(check: CheckView): string {
  const summary = check.result === null ? "" : `  ${check.result.summary}`;
  const next = check.result === null || check.result.next === "" ? "" : ` ${check.result.next}`;
  return `  ${mark(check.status).padEnd(16)} ${check.definition.id.padEnd(20)}${summary}${next}`.trimEnd();
}

function signOffLine(signOff: SignOffView): string {
  const by = signOff.given.map((given) => `${given.person.name} (${iso(given.at)})`).join(", ");
  const may = signOff.mayNow.map((person) => person.name).join(", ");
  const who = by === "" ? `${signOff.definition.role}: ${may || "nobody can sign"}` : by;
  const quorum = signOff.definition.quorum > 1 ? ` ${signOff.given.length} of ${signOff.definition.quorum}` : "";
  return `  ${mark(signOff.status).padEnd(16)} ${signOff.definition.id.padEnd(20)} ${signOff.definition.title}${quorum}: ${who}`;
}

const iso = (at: number): string => new Date(at).toISOString().replace("T", " ").slice(0, 16);
