type Snake = string | number | boolean | null | Snake[] | { [key: string]: Snake };

/** Keys of our documents are snake_case; values stay as they are. */
export function snakeCased(value: object): { [key: string]: Snake } {
  const walk = (each: unknown): Snake => {
    if (Array.isArray(each)) return each.map(walk);
    if (typeof each === "object" && each !== null) return snakeCased(each);
    if (typeof each === "string" || typeof each === "number" || typeof each === "boolean") return each;
    return null;
  };
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      walk(each),
    ]),
  );
}
