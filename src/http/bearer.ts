import { createHash, timingSafeEqual } from "node:crypto";

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/**
 * Whose token an Authorization header holds; null for none, or a wrong one. Digests are compared, all of them and each in constant time, so that
 * the time tells neither how much of a token was right nor how long it is.
 */
export function createBearerCheck(tokens: ReadonlyMap<string, string>): (header: string | undefined) => string | null {
  const known = [...tokens].map(([service, token]) => ({ service, wanted: digest(token) }));
  return (header) => {
    const [, given] = /^Bearer +([!-~]{1,4096})$/i.exec(header ?? "") ?? [];
    if (given === undefined) return null;
    const found = digest(given);
    return known.filter(({ wanted }) => timingSafeEqual(wanted, found))[0]?.service ?? null;
  };
}
