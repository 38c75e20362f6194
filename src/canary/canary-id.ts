import { digestOf } from "#src/release/hash";

const FORM = /^cn_[0-9a-f]{16}$/;
const DIGITS = 16;

/** The canary of a release's cutover: the same at every try to start it. */
export const canaryIdOf = (release: string): string => `cn_${digestOf({ canaryOf: release }).slice(0, DIGITS)}`;

/** Whether this is a canary's id, and nothing else that begins like one. */
export const isCanaryId = (text: string): boolean => FORM.test(text);

const BREACH = "/breach/";

/** The subject of a breach's own message. */
export const breachSubject = (canary: string, kpi: string): string => `${canary}${BREACH}${kpi}`;

/** The canary and the KPI that a subject of `breachSubject` names; null: it is no such subject. */
export function breachOfSubject(subject: string): { readonly canary: string; readonly kpi: string } | null {
  const at = subject.indexOf(BREACH);
  const canary = subject.slice(0, Math.max(0, at));
  const kpi = subject.slice(at + BREACH.length);
  return at < 0 || kpi === "" || !isCanaryId(canary) ? null : { canary, kpi };
}

/**
 * The rollback that a canary asks for: one, so that every retry means the same. `attempt`: from 1 over the canary's whole life; another one only
 * where the pointer could not be moved by the one before.
 */
export const rollbackOfCanary = (canary: string, attempt = 1): string =>
  `rb_${digestOf({ rollbackOf: canary, attempt }).slice(0, DIGITS)}`;
