const HOUR_MS = 3_600_000;
/** The share of a step after which its question comes: not at the hours' edges, since an answer takes its time. */
const EDGE = 0.4;
/** So many questions for each hour of the window are kept for later: one may fail, and an arm is not silent for a whole hour. */
const SPARE = 1.2;

/**
 * How many of a canary's questions may have been asked when it has watched for `elapsedMs`. Half of them come at `perHour`, so that what is
 * badly wrong shows early; the rest evenly over the hours that are left, because an hour in which only one arm is heard doesn't count, and
 * without other traffic it is the probes that the other is heard by. Where there are as many questions as hours, every hour has one at least:
 * fewer than half come first then. Neighbours are never closer than `perHour` allows.
 */
export function probesDueBy(elapsedMs: number, questions: number, perHour: number, hours: number): number {
  const { head, startMs, stepMs } = spreadOf(questions, perHour, hours);
  const atPace = Math.min(head, Math.floor((elapsedMs * perHour) / HOUR_MS) + 1);
  const spread = Math.floor((elapsedMs - startMs) / stepMs + 1 - EDGE);
  return Math.max(0, Math.min(questions, atPace + Math.max(0, spread)));
}

/** Milliseconds: the longest time from one question to the next; 0 where there is no next. */
export function probesApartMs(questions: number, perHour: number, hours: number): number {
  const { head, startMs, stepMs } = spreadOf(questions, perHour, hours);
  const first = startMs + EDGE * stepMs - ((head - 1) * HOUR_MS) / perHour;
  return questions < 2 ? 0 : questions === head ? HOUR_MS / perHour : Math.max(first, stepMs);
}

/** `head` questions at full pace, and the others every `stepMs` from `startMs` on. */
function spreadOf(questions: number, perHour: number, hours: number) {
  const gapMs = HOUR_MS / perHour;
  const windowMs = hours * HOUR_MS;
  const head = Math.max(1, Math.min(Math.ceil(questions / 2), questions - Math.ceil(SPARE * hours)));
  const rest = questions - head;
  const headMs = head * gapMs;
  // Fewer than one for every hour that is left: none of them in an hour that has one.
  const startMs = rest * HOUR_MS >= windowMs - headMs ? headMs : Math.ceil(headMs / HOUR_MS) * HOUR_MS;
  const isLate = startMs >= windowMs || rest === 0;
  return { head, startMs, stepMs: isLate ? gapMs : Math.max((windowMs - startMs) / rest, gapMs) };
}

/** To be said before the canary begins; null: without other traffic, too, every hour of it can have an answer of both arms. */
export function tooFewForHours(questions: number, hours: number): string | null {
  if (questions >= hours) return null;
  return (
    `${questions} questions, each asked once, give ${questions} hours with data at most, of the ${hours} that are asked for: ` +
    "bring live traffic of both arms, or shorten the window."
  );
}
