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

const REFUSALS: readonly RegExp[] = [
  /\b(?:i|we) (?:do not|don't|did not|didn't|cannot|can't|could not|couldn't|am not able to|are not able to|am unable to|are unable to) (?:know|find|answer|determine|say|tell|provide|see|help)\b/,
  /\b(?:is|are|was|were|be|been|it's|that's) (?:not|n't|nowhere) (?:\w+ )?(?:in|specified|stated|mentioned|disclosed|documented|described|provided|available|given|contained|included|covered|found|known|answered|possible to)\b/,
  /\b(?:isn't|aren't|wasn't|weren't) (?:\w+ )?(?:in|specified|stated|mentioned|disclosed|documented|described|provided|available|given|contained|included|covered|found|known)\b/,
  /^(?:this |that |it )?(?:is )?(?:not|nowhere) (?:in|specified|stated|mentioned|disclosed|documented|described|provided|available|given|contained|included|covered|found|known|answerable|enough)\b/,
  /\b(?:cannot|can't|could not|couldn't) be (?:\w+ )?(?:determined|answered|found|inferred|derived|known)\b/,
  /\b(?:does|do|did)(?: not|n't) (?:\w+ )?(?:say|state|specify|mention|contain|include|cover|describe|provide|disclose|document|answer|give|have)\b/,
  /\b(?:no|insufficient|not enough) (?:\w+ )?(?:answer|information|mention|evidence|context|data|details|documentation)\b/,
  /\bunable to (?:find|answer|determine|say|provide|tell)\b/,
  /^(?:unknown|unanswerable|no idea)$/,
];

const refuses = (sentence: string): boolean => REFUSALS.some((refusal) => refusal.test(sentence));

/** What may stand beside a refusal: an apology, or where to ask instead. */
function leadsElsewhere(sentence: string): boolean {
  return /^(?:i'm |i am |we're |we are )?(?:sorry|afraid|unfortunately|please|contact|ask|see|check|consult|try|let me know|you (?:may|might|can|could) (?:want to )?(?:ask|contact|check|see|consult))\b/.test(
    sentence,
  );
}
