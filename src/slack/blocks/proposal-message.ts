import type { Button, KnownBlock } from "@slack/types";
import { mayAccept, openRoles } from "#src/operations/proposals/approvals";
import type { ProposalState } from "#src/operations/proposals/state";
import { ENDED, sayFigure, sayJson, whatAcceptingDoes } from "#src/operations/proposals/words";
import type { Instant } from "#src/release/policy";
import { carry } from "#src/slack/blocks/carried";
import { actions, button, context, drawn, header, section, type TaggedMessage } from "#src/slack/blocks/elements";
import { fitting } from "#src/slack/blocks/fitting";
import { when } from "#src/slack/blocks/times";
import { name, names, number } from "#src/slack/blocks/words";
import { bold, code, line, mention, plainLine, shorten } from "#src/slack/escape";
import { ACTIONS, BLOCK_PREFIXES, PROPOSAL_METADATA } from "#src/slack/ids";
import { BUDGET } from "#src/slack/limits";

type Size = { readonly lines: number; readonly says: number; readonly ids: number; readonly people: number };
const SIZES: readonly [Size, ...Size[]] = [
  { lines: 12, says: 600, ids: 20, people: 8 },
  { lines: 8, says: 300, ids: 10, people: 5 },
  { lines: 5, says: 160, ids: 5, people: 3 },
  { lines: 3, says: 80, ids: 3, people: 2 },
];

/**
 * The one message of a proposal, drawn anew from its state each time. Whoever may accept is mentioned in the first post alone (`isFirst`), and
 * only while it waits for them. Never above `BUDGET.message`.
 */
export function proposalMessage(
  proposal: ProposalState,
  now: Instant,
  isFirst: boolean,
): Omit<TaggedMessage, "blocks"> & { readonly blocks: readonly KnownBlock[] } {
  const draw = (size: Size): { blocks: readonly KnownBlock[]; fallback: readonly KnownBlock[] } => {
    const blocks = layout(proposal, now, size, isFirst);
    return { blocks, fallback: blocks };
  };
  let blocks: readonly KnownBlock[] = [];
  fitting(SIZES, (size) => {
    const one = draw(size);
    blocks = one.blocks;
    return one;
  });
  const { id, number: numbered, service } = proposal;
  return {
    text: proposalSentence(proposal),
    blocks,
    metadata: { event_type: PROPOSAL_METADATA, event_payload: { subject: id, number: numbered, service } },
  };
}

/** The entire point in one sentence. */
export function proposalSentence(proposal: ProposalState): string {
  const { number: numbered, service, title, evidence } = proposal;
  const text = `${standing(proposal)}: proposal #${numbered} of ${service}, ${title}. ${evidence.summary}`;
  return shorten(line(text), BUDGET.message.text);
}

function standing({ ended, agreed }: ProposalState): string {
  if (ended !== null) return ENDED[ended.as];
  return agreed === null ? "Waiting for approval" : "Accepted: Golive is carrying it out";
}

const MARKS = { released: "✅", accepted: "✅", declined: "🛑", stale: "⚠️", expired: "⚠️", failed: "❌" } as const;

function layout(proposal: ProposalState, now: Instant, size: Size, isFirst: boolean): readonly KnownBlock[] {
  const { number: numbered, service, evidence, expires, madeAt, ended } = proposal;
  return [
    header(`Proposal #${number(numbered)} · ${shorten(plainLine(service), 100)}`),
    ...standingBlock(proposal),
    section(`${bold(proposal.title, 200)}\n${shorten(line(evidence.summary), size.says)}`),
    section(changesText(proposal, size)),
    section(evidenceText(proposal, size)),
    context(shorten(line(evidence.how), 2 * size.says)),
    ...cautionTexts(proposal, size).map((text) => context(text)),
    ...(ended === null ? [section(deciding(proposal, size, isFirst))] : []),
    ...buttons(proposal),
    context(
      [
        `made ${when(madeAt)}`,
        ...(ended === null ? [`waits until ${when(expires)}`] : []),
        `updated ${when(now)}`,
        "history in the thread",
      ].join(" · "),
    ),
  ];
}

function standingBlock(proposal: ProposalState): readonly KnownBlock[] {
  const { ended, agreed } = proposal;
  if (ended === null) return [section(`${agreed === null ? "✍️" : "⏳"} *${standing(proposal)}*`)];
  const by = ended.by.kind === "bot" ? "" : ` by ${name(ended.by)}`;
  return [
    section(`${MARKS[ended.as]} *${ENDED[ended.as]}*${by} ${when(ended.at)}\n${shorten(line(ended.says), 1_800)}`),
  ];
}

/** A whole SHA-256 says no more to people than its first eight digits; `golive proposal show` has all of them. */
const withShortDigests = (text: string): string =>
  text.replace(/\b[0-9a-f]{64}\b/g, (digest) => `${digest.slice(0, 8)}…`);

function changesText({ base, changes }: ProposalState, { lines, says }: Size): string {
  const all = changes.map(({ path, from, to }) => {
    const [was, becomes] = [from, to].map((value) => code(withShortDigests(sayJson(value)), says));
    return `• ${code(path, 100)}: ${was} → ${becomes}`;
  });
  return [`*What changes* in ${code(base.config, 80)}, live on ${code(base.run, 80)}`, ...few(all, lines)].join("\n");
}

function evidenceText({ evidence }: ProposalState, { lines, ids }: Size): string {
  const { figures, better, worse } = evidence;
  return [
    "*Evidence*",
    ...few(
      figures.map((figure) => `• ${line(sayFigure(figure))}`),
      lines,
    ),
    ...questions("Better", better, ids),
    ...questions("Worse", worse, ids),
  ].join("\n");
}

function questions(title: string, all: readonly string[], most: number): readonly string[] {
  if (all.length === 0) return [`• ${title}: none`];
  const hidden = all.length - most;
  const shown = all.slice(0, most).map((id) => code(id, 60));
  return [`• ${title}: ${shown.join(", ")}${hidden > 0 ? ` and ${number(hidden)} more` : ""}`];
}

const cautionTexts = ({ evidence, ended }: ProposalState, { lines, says }: Size): readonly string[] =>
  ended === null
    ? few(
        evidence.cautions.map((text) => `⚠️ ${shorten(line(withShortDigests(text)), says)}`),
        Math.min(lines, 5),
      )
    : [];

function few(all: readonly string[], most: number): readonly string[] {
  const hidden = all.length - most;
  return [...all.slice(0, most), ...(hidden > 0 ? [`_… and ${number(hidden)} more: \`golive proposal show\`_`] : [])];
}

/** What accepting does, who has, and who is asked. */
function deciding(proposal: ProposalState, { says, people }: Size, isFirst: boolean): string {
  const { accepted, members, agreed } = proposal;
  const done = accepted.map(({ role, by, at }) => `✅ ${code(role, 60)}: accepted by ${name(by)} ${when(at)}`);
  const open = agreed === null ? openRoles(proposal, members) : [];
  const asked = open.map((role) => {
    const who = mayAccept(proposal, members, [role]);
    return `✍️ ${code(role, 60)}: ${who.length === 0 ? "nobody is in it at present" : names(who, people, 40)}`;
  });
  const called = isFirst ? mayAccept(proposal, members, open).slice(0, people) : [];
  return [
    shorten(line(whatAcceptingDoes(proposal)), Math.max(says, 500)),
    ...done,
    ...asked,
    ...(called.length === 0 ? [] : [`${called.map(({ id }) => mention(id)).join(" ")}: please decide.`]),
  ].join("\n");
}

function buttons(proposal: ProposalState): readonly KnownBlock[] {
  const { id, ended, agreed, number: numbered, base } = proposal;
  if (ended !== null || agreed !== null) return [];
  const carried = carry({ r: id });
  const both: Button[] = drawn([
    button(ACTIONS.proposalAccept, "Accept", carried, {
      style: "primary",
      spoken: `Accept proposal #${numbered}`,
      confirm: {
        title: "Accept this proposal?",
        text: `A new configuration version is made from ${code(base.config, 80)} once everybody has accepted. It answers nothing before its own go-live.`,
        yes: "Accept",
        no: "Never mind",
      },
    }),
    button(ACTIONS.proposalDecline, "Decline…", carried, { spoken: `Decline… proposal #${numbered}` }),
  ]);
  return both.length === 0 ? [] : [actions(`${BLOCK_PREFIXES.proposal}actions`, both)];
}
