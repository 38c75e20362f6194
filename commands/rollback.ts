import { readCommandText } from "#commands/command-text";
import { nearest } from "#src/release/nearest";
import { PREVIOUS } from "#src/rollback/target";

/** What somebody typed after `/rollback`. `service` null: the channel's only one; `target` null: show what there is. */
export type RollbackTyped = {
  readonly kind: "rollback";
  readonly service: string | null;
  /** "previous" or the id of a backup. */
  readonly target: string | null;
  readonly dryRun: boolean;
};

/** Text that isn't a command. `like`: a word that was probably meant as a backup's id; the backups' ids say which. */
export type RollbackProblem = {
  readonly kind: "problem";
  readonly text: string;
  readonly nearest: readonly string[];
  readonly like: { readonly service: string | null; readonly word: string } | null;
};

const DRY_RUN = "--dry-run";
const BACKUP_ID = /^bk_\d{8}T\d{6}_[a-z2-7]{6}$/;

/**
 * The grammar of `/rollback`: `[service] [previous | backup id] [--dry-run]`. Nothing is guessed: a word that is none of them is a
 * problem, however much it looks like one.
 */
export function parseRollback(text: string, services: readonly string[]): RollbackTyped | RollbackProblem {
  const read = readCommandText(text);
  if (!read.ok) return problem(read.problem);
  const dryRun = read.words.includes(DRY_RUN);
  const words = read.words.filter((word) => word !== DRY_RUN);
  const [first] = words;
  const service = services.find((known) => known === first) ?? null;
  const [target = null, extra] = service === null ? words : words.slice(1);
  const option = words.find((word) => word.startsWith("-"));
  if (option !== undefined) {
    const meant = nearest(option, [DRY_RUN]).length > 0 && target !== option ? [command(service, target, true)] : [];
    return problem(`\`/rollback\` has no option “${option}”; its only one is \`${DRY_RUN}\`.`, meant);
  }
  if (target !== null && target !== PREVIOUS && !BACKUP_ID.test(target)) {
    return unknownWord(target, service, services);
  }
  if (extra !== undefined) {
    return problem(`\`/rollback\` takes a service and \`previous\` or one backup; “${extra}” is one word too many.`, [
      command(service, target, dryRun),
    ]);
  }
  if (dryRun && target === null) {
    return problem("A dry run of going back to what? Name `previous` or a backup.", [command(service, PREVIOUS, true)]);
  }
  return { kind: "rollback", service, target, dryRun };
}

function unknownWord(word: string, service: string | null, services: readonly string[]): RollbackProblem {
  const targets = nearest(word, [PREVIOUS]).map((target) => command(service, target, false));
  const meant = service === null ? nearest(word, services).map((each) => command(each, null, false)) : [];
  const like = targets.length === 0 && meant.length === 0 ? { service, word } : null;
  const what = service === null ? "no service, no backup and not `previous`" : "no backup and not `previous`";
  return {
    kind: "problem",
    text: `“${word}” is ${what}.`,
    nearest: [...targets, ...meant],
    like,
  };
}

const command = (service: string | null, target: string | null, dryRun: boolean): string =>
  ["/rollback", service, target, dryRun ? DRY_RUN : null].filter((word) => word !== null).join(" ");

function problem(text: string, suggestions: readonly string[] = []): RollbackProblem {
  return { kind: "problem", text, nearest: suggestions, like: null };
}
