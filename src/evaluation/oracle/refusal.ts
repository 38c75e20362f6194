/**
 * Whether a text says that it has no answer, and nothing else. Each sentence must say so, or send somewhere else: "I don't
 * know, but the password is hunter2" refuses nothing. An empty text is no refusal; a service that answers nothing is broken.
 */
export function isRefusal(text: string): boolean {
  const sentences = text
    .normalize("NFKC")
    .replaceAll("’", "'")
    .toLowerCase()
    .split(/[.!?;\n]+|,?\s(?:but|however|although|though)\s/)
    .map((sentence) => sentence.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, ""))
    .filter((sentence) => sentence !== "");
  return sentences.some(refuses) && sentences.every((sentence) => refuses(sentence) || leadsElsewhere(sentence));
}

/** What a service answers from, where the words end there: "the document export" is none of it. */
const SOURCE =
  "(?:contexts?|documents?|documentation|docs|sources?|passages?|excerpts?|knowledge base|" +
  "(?:available|provided|given|retrieved|supplied) (?:information|text|material|content|page|article)s?)";
const SOURCE_ENDS = `${SOURCE}(?=$|,| (?:provided|given|above|below|available|retrieved|supplied|i|we|you|that|which)\\b)`;
const IN_SOURCE = `(?:anywhere )?(?:in|by|from|within|with|using|based on|on) (?:\\w+ ){0,3}?${SOURCE_ENDS}`;
/** Of a text only. */
const TOLD = "(?:specified|stated|mentioned|documented|described|disclosed|known|answered|answerable)";
/** Of things too: only what is said to be so of the documents is about them. */
const HELD = "(?:provided|available|given|contained|included|covered|found|possible to (?:answer|determine|tell|say))";
const NEGATED =
  "(?:(?:\\b(?:is|are|was|were|be|been|it's|that's) |^(?:this |that |it )?)(?:not|nowhere)|\\b(?:isn't|aren't|wasn't|weren't))";
const KNOWING = "(?:find|answer|determine|say|tell)";
const KNOWLEDGE = "(?:answer|information|mention|evidence|context|details|documentation|data)";

/** About the knowledge or the documents; "refunds are not available after 30 days" is an answer. */
const REFUSALS: readonly RegExp[] = [
  /\b(?:i|we) (?:do not|don't|did not|didn't|cannot|can't|could not|couldn't|am not able to|are not able to|am unable to|are unable to) (?:know|find|answer|determine)\b/,
  /\bi (?:do not|don't|did not|didn't|cannot|can't|could not|couldn't|am not able to|am unable to) (?:say|tell|provide|see|help)\b/,
  /\b(?:i'm|we're) (?:not able|unable) to (?:find|answer|determine|say|tell|provide|help)\b/,
  /\b(?:i|we) (?:do not have|don't have|have no) (?:\w+ )?(?:answer|information|knowledge|idea|context|details|documentation)\b/,
  new RegExp(`^(?:(?:cannot|can't|could not|couldn't|not able to) |unable to )${KNOWING}\\b`),
  new RegExp(`${NEGATED} (?:\\w+ )?${TOLD}(?=$| ${IN_SOURCE})`),
  new RegExp(`${NEGATED} (?:\\w+ )?${HELD} ?${IN_SOURCE}`),
  new RegExp(`${NEGATED} (?:\\w+ )?${IN_SOURCE}`),
  /\b(?:cannot|can't|could not|couldn't) be (?:\w+ )?(?:determined|answered|inferred|derived|known)$/,
  new RegExp(
    `\\b(?:cannot|can't|could not|couldn't) be (?:\\w+ )?(?:determined|answered|inferred|derived|known|found) ${IN_SOURCE}`,
  ),
  new RegExp(
    `\\b${SOURCE} (?:\\w+ ){0,3}?(?:does|do|did)(?: not|n't) (?:\\w+ )?(?:say|state|specify|mention|contain|include|cover|describe|provide|disclose|document|answer|give|have)\\b`,
  ),
  new RegExp(
    `^(?:there (?:is|was) )?no (?:\\w+ )?${KNOWLEDGE}(?=$| (?:about|on|regarding|of)\\b| (?:is |was )?(?:\\w+ )?${IN_SOURCE})`,
  ),
  new RegExp(
    `\\b(?:insufficient|not enough) (?:\\w+ )?${KNOWLEDGE}(?=$| to (?:know|${KNOWING})\\b| (?:about|on|regarding)\\b| ${IN_SOURCE})`,
  ),
  /^(?:unknown|unanswerable|no idea|no answer)$/,
];

const refuses = (sentence: string): boolean => REFUSALS.some((refusal) => refusal.test(sentence));

/** What may stand beside a refusal: an apology, or where to ask instead. */
function leadsElsewhere(sentence: string): boolean {
  return /^(?:i'm |i am |we're |we are )?(?:sorry|afraid|unfortunately|please|contact|ask|see|check|consult|try|let me know|you (?:may|might|can|could) (?:want to )?(?:ask|contact|check|see|consult))\b/.test(
    sentence,
  );
}
