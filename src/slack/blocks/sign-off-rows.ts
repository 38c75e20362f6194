import type { KnownBlock } from "@slack/types";
import type { ReleaseView, SignOffView } from "#src/release/view";
import type { Density } from "#src/slack/blocks/density";
import { actions, moreInDetails, packed, section } from "#src/slack/blocks/elements";
import { signableNow, signOffButtons } from "#src/slack/blocks/sign-off-buttons";
import { quietLine, signOffLines } from "#src/slack/blocks/sign-off-lines";
import { number } from "#src/slack/blocks/words";
import { BLOCK_PREFIXES, blockId } from "#src/slack/ids";

/**
 * One row per sign-off, in the checklist's order. When not all fit, those that need somebody now stay. Those that nobody
 * can give yet have no button: they share a block below, a line each.
 */
export function signOffRows(view: ReleaseView, density: Density): KnownBlock[] {
  const kept = new Set([...view.signOffs].sort((a, b) => need(view, a) - need(view, b)).slice(0, density.signOffs));
  const hidden = view.signOffs.filter((one) => !kept.has(one));
  const quiet = view.signOffs.filter((one) => kept.has(one) && isQuiet(view, one));
  const rows = view.signOffs.flatMap((one, index) =>
    kept.has(one) && !quiet.includes(one) ? row(view, one, index, density) : [],
  );
  return [
    ...(view.signOffs.length > 0 ? [{ type: "divider" } as const] : []),
    ...rows,
    ...packed(quiet.map((one) => quietLine(one, density))).map((text) => section(text)),
    ...(hidden.length > 0 ? [section(hiddenText(view, hidden))] : []),
  ];
}

/** Nobody can do anything about it yet, and nothing happened to it that people should see. */
function isQuiet(view: ReleaseView, one: SignOffView): boolean {
  return one.status === "waiting-for-evidence" && one.voided.length === 0 && signOffButtons(view, one).length === 0;
}

/** Lower: shown first. */
function need(view: ReleaseView, one: SignOffView): number {
  if (signableNow(view, one)) return 0;
  return { vetoed: 1, waiting: 2, "waiting-for-evidence": 3, signed: 4 }[one.status];
}

function row(view: ReleaseView, one: SignOffView, index: number, density: Density): KnownBlock[] {
  const text = signOffLines(view, one, density).join("\n");
  const buttons = signOffButtons(view, one);
  const id = blockId(BLOCK_PREFIXES.signOff, one.definition.id, index);
  const [first, ...others] = buttons;
  if (first === undefined || others.length === 0) return [section(text, { id, accessory: first ?? null })];
  return [section(text, { id }), actions(blockId(BLOCK_PREFIXES.signOffButtons, one.definition.id, index), buttons)];
}

function hiddenText(view: ReleaseView, hidden: readonly SignOffView[]): string {
  const signed = hidden.filter((one) => one.status === "signed").length;
  const now = hidden.filter((one) => signableNow(view, one)).length;
  const words = `${number(signed)} signed, ${number(hidden.length - signed)} not${now > 0 ? `, ${number(now)} can be signed now` : ""}`;
  return `${moreInDetails(hidden.length, hidden.length === 1 ? "sign-off" : "sign-offs")} (${words})`;
}
