import { callsPeople } from "#src/operations/smoke/call-people";
import type { SmokeCase, SmokeResult, SmokeSuite, SuiteId } from "#src/operations/smoke/suites";
import { type BrokenCheck, brokenChecks, countsOf, DO, everyCase, MEANS } from "#src/operations/smoke/words";
import type { OperationState } from "#src/operations/state";
import type { Verdict } from "#src/release/events";
import type { Person } from "#src/release/people";
import { context, header, type Message, section } from "#src/slack/blocks/elements";
import { when } from "#src/slack/blocks/times";
import { VERDICT_WORDS } from "#src/slack/blocks/verdict-words";
import { bold, code, line, mention, shorten } from "#src/slack/escape";
import { BUDGET } from "#src/slack/limits";

const MOST_CHECKS = 8;
const MOST_CASES = 3;
const LONGEST_CASE = 200;
const LONGEST_SUMMARY = 280;
const LONGEST_NEXT = 200;

/**
 * A smoke run that somebody has to see: what is broken first, the worst cases of each suite, since when, what it means and what to do.
 * `onCall`: they are mentioned, where the run calls people. What could not be told last night either is one line.
 */
export function smokeMessage(operation: OperationState, result: SmokeResult, onCall: readonly Person[]): Message {
  const { service, number, finished, id } = operation;
  const verdict = finished?.verdict ?? "inconclusive";
  const broken = brokenChecks(result);
  const shown = broken.slice(0, MOST_CHECKS);
  const suites = [...new Set(broken.map(({ suite }) => suite))];
  const calls = callsPeople(result, finished?.at ?? 0);
  const who = calls ? onCall.map((person) => mention(person.id)).join(" ") : "";
  const title = `${VERDICT_WORDS[verdict]} · Smoke #${number} of ${service}`;
  if (!calls && verdict !== "fail") return asBefore(title, operation, result);
  return {
    text: shorten(
      `${line(title)}: ${line(finished?.summary ?? "")}${who === "" ? "" : ` ${who}`}`,
      BUDGET.message.text,
    ),
    blocks: [
      header(title),
      ...(result.stopped === null ? [] : [section(line(result.stopped))]),
      ...shown.map((each) => section(checkText(each))),
      ...(broken.length > shown.length
        ? [section(`_… and ${broken.length - shown.length} more: ${code("golive smoke")}_`)]
        : []),
      ...result.suites.filter(({ id: suite }) => suites.includes(suite)).flatMap((suite) => caseSection(suite, broken)),
      ...(suites.length === 0 ? [] : [section(suites.map(meaning).join("\n"))]),
      ...(who === "" ? [] : [section(`${who} please look at it.`)]),
      ...(calls ? [] : [section(calledText(result))]),
      context(sinceText(result), `${liveText(result)} · ${countText(result)} · ${code(id)}`),
    ],
  };
}

/** Nothing is new, and nothing fails: who wants to know more asks. */
function asBefore(title: string, { finished, id }: OperationState, result: SmokeResult): Message {
  const says = `As last night: ${line(finished?.summary ?? "")}`;
  return {
    text: shorten(`${line(title)}: ${says}`, BUDGET.message.text),
    blocks: [
      section(`${bold(title)}\n${shorten(says, LONGEST_SUMMARY)}`),
      context(sinceText(result), `${calledText(result)} · ${countText(result)} · ${code(id)}`),
    ],
  };
}

const calledText = ({ compared: { called } }: SmokeResult): string =>
  called === null ? "Nothing new is broken" : `Nothing new is broken; who was on call was mentioned ${when(called.at)}`;

/** "❌ fail · `negatives/bidi` failed · new", what was found, and what to do about it. */
function checkText({ suite, check, isNew }: BrokenCheck): string {
  const verdict: Verdict = check.verdict === "not-applicable" ? "inconclusive" : check.verdict;
  const age = isNew ? " · new" : "";
  const what = `${VERDICT_WORDS[verdict]} · ${code(`${suite}/${check.id}`)}${age}\n${shorten(line(check.summary), LONGEST_SUMMARY)}`;
  return check.next === "" ? what : `${what}\n→ ${shorten(line(check.next), LONGEST_NEXT)}`;
}

/**
 * The worst cases of a suite, each once: those that lost something since the last green run first, then as their checks have them, which
 * stand in the order of how bad they are.
 */
function caseSection(suite: SmokeSuite, broken: readonly BrokenCheck[]) {
  const all = broken.filter((each) => each.suite === suite.id).flatMap(({ check }) => check.cases);
  const byLoss = [...all.filter(({ before }) => before !== null), ...all.filter(({ before }) => before === null)];
  const cases = byLoss.filter(({ id }, at) => byLoss.findIndex((each) => each.id === id) === at);
  if (cases.length === 0) return [];
  const more = cases.length - MOST_CASES;
  const lines = [
    `*Worst of ${suite.id}*`,
    ...cases.slice(0, MOST_CASES).map((each) => `• ${caseText(each)}`),
    ...(more > 0 ? [`_… and ${more} more; every case:_ ${code(everyCase(suite), 120)}`] : []),
  ];
  return [section(lines.join("\n"))];
}

const caseText = ({ id, question, says }: SmokeCase): string =>
  shorten(`${code(id)} ${question === "" ? "" : `${shorten(line(question), 110)} — `}${line(says)}`, LONGEST_CASE);

const meaning = (suite: SuiteId): string => `${bold(suite)}: ${line(MEANS[suite])}. To do: ${DO[suite]}.`;

function sinceText({ compared: { green, brokenAlready, mended } }: SmokeResult): string {
  const since = green === null ? "No green run before this one" : `Last green: #${green.number}, ${when(green.at)}`;
  const list = (what: string, names: readonly string[]) =>
    names.length === 0 ? "" : ` · ${what}: ${line(names.slice(0, 5).join(", "))}${names.length > 5 ? " …" : ""}`;
  return `${since}${list("broken already", brokenAlready)}${list("mended", mended)}`;
}

const liveText = ({ live }: SmokeResult): string =>
  live === null ? "nothing live" : `live: ${code(live.run)} with ${code(live.config)}`;

function countText(result: SmokeResult): string {
  const { passed, looked, leftOut } = countsOf(result);
  return `${passed}/${looked} green${leftOut === 0 ? "" : `, ${leftOut} not applicable`}`;
}
