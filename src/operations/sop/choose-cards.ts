import type { SopCard } from "#src/operations/sop/card";
import type { Cause } from "#src/operations/triage/causes";
import type { Triage, TriagedCause } from "#src/operations/triage/triage";
import type { Sureness } from "#src/operations/triage/weigh";

/** A card that fits, with the cause it is for. */
export type ChosenCard = { readonly card: SopCard; readonly sure: Sureness; readonly of: Suspect };

/** What a card is chosen for: a cause, or one of several that it may be. */
export type Suspect = Pick<TriagedCause, "cause" | "metrics" | "signs" | "cases">;

/** A message has room for so many. */
export const MOST_CARDS = 3;
/** Another card of a cause is worth its place from this share of the cause's cases on. */
const WORTH = 0.25;

/**
 * The cards for what was found: of each cause the one whose signs are in most of its cases, and others with a quarter of them or more. Where
 * nothing separates the causes, those of the two that lead. `without`: causes that no card is about.
 */
export function chooseCards(
  cards: readonly SopCard[],
  found: Triage,
): { readonly chosen: readonly ChosenCard[]; readonly without: readonly Cause[] } {
  const suspects = suspectsOf(found);
  const fitting = suspects.map(({ of, sure }) => ({ of, sure, cards: cardsFor(cards, of) }));
  // The first of every cause, before the second of any.
  const first = fitting.flatMap(({ of, sure, cards: [card] }) => (card === undefined ? [] : [{ card, of, sure }]));
  const more = fitting.flatMap(({ of, sure, cards: [, ...rest] }) => rest.map((card) => ({ card, of, sure })));
  const chosen = [...first, ...more].slice(0, MOST_CARDS);
  return { chosen, without: fitting.filter((each) => each.cards.length === 0).map(({ of }) => of.cause) };
}

function suspectsOf({ causes, symptoms }: Triage): { readonly of: Suspect; readonly sure: Sureness }[] {
  if (causes.length > 0) return causes.map((of) => ({ of, sure: of.sure }));
  const [leading] = symptoms.filter(({ cause, runnerUp }) => cause !== null || runnerUp !== null);
  if (leading === undefined) return [];
  return [leading.cause, leading.runnerUp].flatMap((cause) => {
    if (cause === null) return [];
    const cases = leading.cases.filter((each) => each.cause === cause);
    const signs = [
      ...Map.groupBy(
        cases.flatMap(({ sign }) => sign ?? []),
        (sign) => sign,
      ),
    ];
    const of: Suspect = {
      cause,
      metrics: [leading.metric],
      signs: signs.map(([sign, all]) => ({ sign, cases: all.length })),
      cases: cases.length,
    };
    return [{ of, sure: "unclear" as const }];
  });
}

function cardsFor(cards: readonly SopCard[], of: Suspect): SopCard[] {
  const covers = (card: SopCard): number =>
    of.signs.filter(({ sign }) => card.signs.includes(sign)).reduce((sum, { cases }) => sum + cases, 0);
  const fitting = cards
    .filter(({ cause }) => cause === of.cause)
    .filter(({ metrics }) => metrics.length === 0 || metrics.some((metric) => of.metrics.includes(metric)))
    .map((card) => ({ card, covers: covers(card) }))
    .filter(({ card, covers: cases }) => card.signs.length === 0 || cases > 0)
    .sort((a, b) => b.covers - a.covers || (a.card.id < b.card.id ? -1 : 1));
  return fitting.filter((each, at) => at === 0 || each.covers >= WORTH * of.cases).map(({ card }) => card);
}
