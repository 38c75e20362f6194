import { nearest } from "#src/release/nearest";
import { pairText } from "#src/release/pair";
import type { Person } from "#src/release/people";
import type { Refusal } from "#src/release/refusals";
import { unreachable } from "#src/release/unreachable";
import { listOf, namesOr, REASON_MIN, sentence } from "#src/release/wording";

/** How this medium names things. Ids without a title are shown as they are. */
export type RefusalNames = {
  /** Titles of sign-offs and checks by id. */
  readonly titles: Readonly<Record<string, string>>;
  /** A channel as people read it: "#release", or Slack's own markup. */
  channel(id: string): string;
  /** How one asks for something in this medium: "/golive status" in Slack. */
  command(what: "start" | "status" | "cancel" | "schedule"): string;
  /** How one starts a release of this run with a configuration version to be filled in. */
  startWith(run: string): string;
};

/** Titles straight from a release's checklist, channels by their id, commands as in Slack. */
export function namesFrom(
  checklist: { readonly checks: readonly Titled[]; readonly signOffs: readonly Titled[] } | null,
): RefusalNames {
  const entries = checklist === null ? [] : [...checklist.checks, ...checklist.signOffs];
  return {
    titles: Object.fromEntries(entries.map(({ id, title }) => [id, title])),
    channel: (id) => id,
    command: (what) => `/golive ${what}`,
    startWith: (run) => `/golive start SERVICE ${run} VERSION`,
  };
}
type Titled = { readonly id: string; readonly title: string };

/** An expected "no" in words: what, why, who can, what next. Plain text, not escaped for any medium. */
export function refusalText(refusal: Refusal, names: RefusalNames): string {
  const title = (id: string): string => names.titles[id] ?? id;
  switch (refusal.kind) {
    case "not-a-member":
      return notAMember(refusal.actor, refusal.wanted);
    case "no-right":
      return `You can't do that: ${refusal.right} needs the role ${listOf(refusal.roles, "or")}${people(refusal.who)}. ${ask(refusal.who)}`;
    case "not-an-approver": {
      const own = refusal.alsoRequester ? " You're the requester of this release." : "";
      return `You can't sign ${title(refusal.signOff)}: it needs the role ${refusal.role}${people(refusal.who)}.${own} ${ask(refusal.who)}`;
    }
    case "own-release": {
      const act = { sign: "sign", waive: "waive", "break-glass": "break the glass for" }[refusal.act ?? "sign"];
      return `You can't ${act} ${title(refusal.signOff)}: you're the requester of this release, and it needs somebody else${people(refusal.who)}. ${ask(refusal.who)}`;
    }
    case "second-role":
      return `You can't sign ${title(refusal.signOff)}: you signed as ${refusal.signedAs} already, and one person fills one role of a release. It needs somebody else${people(refusal.who)}. Ask them, or withdraw the other signature first.`;
    case "requester-alone":
      return `You can't cut over alone: you're the requester, and nobody else has signed. Somebody else with the right can${people(refusal.who)}, or you can once another person's sign-off stands.`;
    case "already-signed":
      return `You have signed ${title(refusal.signOff)} already; it counts once. A quorum needs another person. You can withdraw it until the cutover.`;
    case "quorum-full":
      return `${title(refusal.signOff)} needs no more signatures: ${listOf(refusal.by.map(({ name }) => name))} signed it. There is nothing left to do here.`;
    case "not-signed":
      return `You can't withdraw ${title(refusal.signOff)}: no signature of yours stands there. Only the person who signed can withdraw.`;
    case "view-outdated":
      return `${refusal.what}: what you saw has changed since, so nothing was done. Look at the message as it is now, and press again if you still agree.`;
    case "evidence-missing":
      return `You can't sign ${title(refusal.signOff)} yet: no green evidence from ${listOf(refusal.waitingFor)}. Wait for it, run it again, or have it waived where that is allowed.`;
    case "vetoed":
      return `${title(refusal.signOff)} is vetoed by ${refusal.by.name}: ${refusal.reason}. Only ${refusal.by.name} can lift that, or a break-glass. Talk to them first.`;
    case "no-veto":
      return `Nobody holds a veto on ${title(refusal.signOff)}: there is nothing to lift.`;
    case "not-your-veto":
      return `You can't lift the veto on ${title(refusal.signOff)}: ${refusal.by.name} holds it, and only ${refusal.by.name} can lift it. In an emergency a break-glass can.`;
    case "second-person-needed":
      return `You have asked to break the glass on ${title(refusal.signOff)}. A second person is needed${people(refusal.who)}, or a typed reason of at least ${REASON_MIN} characters from you.`;
    case "role-unresolved":
      return `Nothing was done: Slack did not say who is in ${listOf(refusal.roles)}, and Golive doesn't guess. Try again in a minute; if it stays so, check the user groups in golive.yaml.`;
    case "role-empty":
      return `The release can't start: nobody is in ${listOf(refusal.roles)}, so nobody could sign. Put people into golive.yaml or into the Slack user group, then start again.`;
    case "release-open":
      return `Release #${refusal.number} of this service is open already, and there is one at a time. Finish or cancel it first (${names.command("status")}, ${names.command("cancel")}).`;
    case "no-open-release":
      return `There is no open release of ${refusal.service}. Start one with ${names.command("start")}.`;
    case "release-ended":
      return `Release #${refusal.number} is over (${refusal.as}): it takes no more decisions. Start another with ${names.command("start")}.`;
    case "too-late":
      return `Too late: ${lowerFirst(refusal.what)}. Watch the ${refusal.of ?? "release"} message for how it ends.`;
    case "paused":
      return `The release is paused: ${refusal.because}. It goes on when that is repaired; whoever manages the channel can do that.`;
    case "wrong-channel":
      return `This service is released in ${names.channel(refusal.channel)}. Please type it there.`;
    case "shared-channel":
      return `${names.channel(refusal.channel)} is shared with another organisation, whose people could press the buttons. No release starts there: give the service a channel of your own in golive.yaml.`;
    case "run-missing":
      return `Run ${refusal.run} does not exist in the RAG store, so it can't go live. Check the id, or ingest it first. If its chunks are there and ingestion keeps no record of them, adopt it: \`golive run adopt\`.`;
    case "run-incomplete":
      return `Run ${refusal.run} is not complete: its ingestion has not finished, so it can't go live. Wait for it, or ingest again under a new id. \`golive run adopt\` is no way around: an adoption can't say what is still missing.`;
    case "config-missing":
      return `Configuration ${refusal.config} does not exist in the RAG store, so it can't go live. Check the version's name, or store it first.${versions(refusal.known)}`;
    case "config-unnamed":
      return `Nothing is live, so there is no configuration that could stay as it is: name the one to take live (${names.startWith(refusal.run)}).${versions(refusal.known)}`;
    case "same-as-active":
      return `${pairText(refusal.pair)} is live already: there is nothing to release. Name another run, or a configuration version (${names.startWith(refusal.pair.run)}).${versions(refusal.known)}`;
    case "locked":
      return `Go-lives of this service are locked: ${withoutStop(refusal.reason)}. Somebody with the right to unlock${people(refusal.who)} has to write down the root cause first (golive unlock).`;
    case "not-locked":
      return "Go-lives of this service are not locked: there is nothing to unlock.";
    case "checklist-incomplete":
      return `The checklist does not run ${listOf(refusal.missing)}, and no cutover happens without. Add it to configs/checklist.yaml.`;
    case "blocked":
      return blocked(
        refusal.blockers.map(({ text }) => text),
        names.command("status"),
      );
    case "unknown-item":
      return unknownItem(refusal);
    case "not-waivable":
      return `You can't waive ${title(refusal.check)}: ${NOT_WAIVABLE[refusal.why]}`;
    case "reason-needed":
      return `${refusal.what}. Nothing was done; type it and send again.`;
    case "until-invalid":
      return `${refusal.what}. Nothing was done; choose an earlier end and send again.`;
    case "run-known":
      return `Run ${refusal.run} was adopted already, and its content has changed since: what was recorded then stays. Restore its chunks, or ingest the new content under a new id.`;
    case "rollback-open":
      return `Rollback #${refusal.number} is waiting or under way already: one at a time, so that two never move the pointer against each other. See its message.`;
    case "no-rollback":
      return `There is no such rollback of ${refusal.service}. Nothing changed.`;
    case "nothing-to-roll-back":
      return `${pairText(refusal.live)} is what answers now: there is nothing to go back to it from. Nothing changed.`;
    case "nothing-before":
      return `Golive has no record of what was live in ${refusal.service} before: it flipped nothing there yet. Name a backup instead, or start a go-live of the earlier run.`;
    case "target-damaged":
      return `The chunks of ${refusal.run} are not what was recorded of them, and no backup has them: going back there would make things worse, so nothing was changed. Choose another backup.`;
    case "config-gone":
      return `The configuration version ${refusal.config} is gone from the RAG store: the service could not answer with it, so nothing was changed. Bring it back (golive backup restore), or choose another backup.`;
    case "backup-unknown":
      return refusal.says;
    case "no-canary":
      return `There is no such canary of ${refusal.service}: one starts by itself when a release goes live. Nothing changed.`;
    case "canary-ended":
      return `Canary #${refusal.number} is over (${refusal.as}): it takes no more decisions, and nothing changed. See its message for how it ended.`;
    case "kpi-unknown":
      return unknownKpi(refusal);
    case "no-breach":
      return `${refusal.kpi} is not in breach, so there is nothing to answer to. ${refusal.breached.length === 0 ? "Nothing is in breach." : `In breach: ${listOf(refusal.breached)}.`} Nothing changed.`;
    case "hours-invalid":
      return `${refusal.what} takes whole hours from ${refusal.least} to ${refusal.most}. Nothing changed; type it again.`;
    case "not-paused":
      return "The canary is not paused: it is watching, and there is nothing to resume.";
    case "nothing-to-hold":
      return "There is nothing to hold: no rollback would come by itself. Nothing changed.";
    case "nobody-to-tell":
      return `Nobody was told: ${refusal.roles.length === 0 ? "golive.yaml names nobody for it" : `nobody is in ${listOf(refusal.roles, "or")}`}. Put people there, or speak to somebody yourself.`;
    case "operation-open":
      return `A run of ${refusal.what} is open already (#${refusal.number}), and there is one at a time. Wait for its result (${names.command("schedule")}).`;
    case "operation-waits":
      return `A run of ${refusal.what} has to wait: ${refusal.because}. Ask again when that is over.`;
    case "no-operation":
      return `There is no run ${refusal.operation} that this could be done to. Nothing changed; look at the message as it is now.`;
    case "no-step":
      return "That step isn't in this run: it may come from an older version of Golive. Nothing changed; the newest message has the cards that count.";
    case "no-proposal":
      return "There is no such proposal. Nothing changed. `golive proposal list` shows the open ones.";
    case "proposal-ended":
      return `Proposal #${refusal.number} is over (${refusal.as}): ${sentence(refusal.says)} It takes no more decisions, and nothing changed.`;
    case "declined-before":
      return `Declined as #${refusal.number} because: ${sentence(refusal.because)} The same change is not proposed again within eight weeks.`;
    case "proposal-stale":
      return `Proposal #${refusal.number} can't be accepted any more: ${sentence(refusal.because)} Nothing was written, and what is live stays as it is; the next search starts from that.`;
    case "already-accepted":
      return `You have accepted proposal #${refusal.number} already; it counts once. It still needs ${listOf(refusal.roles)}${people(refusal.who)}. ${ask(refusal.who)}`;
    case "acceptance-not-needed":
      return `Somebody of your role has accepted proposal #${refusal.number} already. It still needs ${listOf(refusal.roles)}${people(refusal.who)}. ${ask(refusal.who)}`;
    case "flip-unknown":
      return `${refusal.flip} is not the flip this release is making: nothing was done, and the pointer is untouched by it. See ${names.command("status")}.`;
    default:
      return unreachable(refusal);
  }
}

const NOT_WAIVABLE = {
  passed: "it passes, so there is nothing to waive.",
  unfinished: "it has no result yet, and nobody can accept what nobody has seen. Wait for it to finish.",
  policy:
    "a rollback or the audit rests on it, or the checklist says so. It has to pass; repair what it names and run it again.",
} as const;

function notAMember(actor: Person, wanted: string): string {
  const why = {
    guest: "you're a guest here",
    stranger: "your account belongs to another organisation",
    bot: "a bot decides nothing",
    deactivated: "this account is deactivated",
    unknown: "Slack did not say who you are",
    member: "your account doesn't count here",
  }[actor.kind];
  return `You can't ${wanted}: ${why}. Only full members of this workspace can; ask one of them.`;
}

function unknownItem({ is, what, known }: Extract<Refusal, { kind: "unknown-item" }>): string {
  const meant = nearest(what, known);
  const next = meant.length > 0 ? `Did you mean ${listOf(meant.map(quoted), "or")}? ` : "";
  return `There is no ${is} ${quoted(what)} on this release's checklist. ${next}There are: ${listOf(known)}.`;
}

function unknownKpi({ kpi, known }: Extract<Refusal, { kind: "kpi-unknown" }>): string {
  const meant = nearest(kpi, known);
  const next = meant.length > 0 ? `Did you mean ${listOf(meant.map(quoted), "or")}? ` : "";
  return `This canary has no KPI ${quoted(kpi)}. ${next}There are: ${listOf(known)}.`;
}

/** As somebody typed it, in the marks of code: a backtick of theirs would end them. */
const quoted = (typed: string): string => `\`${typed.replaceAll("`", "'")}\``;

function blocked(texts: readonly string[], status: string): string {
  const shown = texts.slice(0, 10).map((text) => `• ${text}`);
  const rest = texts.length > shown.length ? [`• and ${texts.length - shown.length} more (${status})`] : [];
  return ["The cutover is blocked; the pointer is untouched:", ...shown, ...rest].join("\n");
}

const VERSIONS_SHOWN = 10;

function versions(known: readonly string[] | undefined): string {
  if (known === undefined) return "";
  if (known.length === 0) return " The configuration table has no version yet.";
  const rest = known.length - VERSIONS_SHOWN;
  const shown = known.slice(-VERSIONS_SHOWN);
  return ` Versions there are: ${listOf(rest > 0 ? [...shown, `${rest} more`] : shown)}.`;
}

function people(who: readonly Person[]): string {
  return who.length === 0 ? "" : ` (${listOf(who.map(({ name }) => name))})`;
}

function ask(who: readonly Person[]): string {
  return who.length === 0 ? "Nobody can at present; golive.yaml says who should." : `Ask ${namesOr(who)}.`;
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

/** A reason may be a sentence of its own. */
const withoutStop = (reason: string): string => reason.replace(/[.!?]+$/, "");
