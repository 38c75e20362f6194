import type { Blocker } from "#src/release/refusals";

/**
 * Blockers of one kind with one cause as one: a RAG service that is away keeps six checks from running, and is said once, with
 * their ids before it. The order stays; `kind` and `id` are the first one's.
 */
export function foldBlockers(blockers: readonly Blocker[]): readonly Blocker[] {
  const groups = Map.groupBy(blockers, ({ kind, id, text }) => `${kind} ${why(id, text)}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { kind, id, text } = first;
    return group.length === 1
      ? [first]
      : [{ kind, id, text: `${group.map((each) => each.id).join(", ")}: ${why(id, text)}` }];
  });
}

const why = (id: string, text: string): string => (text.startsWith(`${id}: `) ? text.slice(id.length + 2) : text);
