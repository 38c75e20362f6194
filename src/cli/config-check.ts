import { EXIT, type ExitCode } from "#src/cli/io";
import { AFTER_CUTOVER } from "#src/config/after-cutover";
import { type Config, loadConfig } from "#src/config/load-config";
import { PLANNED_CHECKS } from "#src/config/planned-checks";
import { describeCardProblems, describeProblems } from "#src/config/problems";
import { readSopCards } from "#src/config/read-sop-cards";
import { listServices } from "#src/config/to-policy";
import type { SopCard } from "#src/operations/sop/card";

/** Reads a configuration directory and says what it means, or everything that is wrong with it. */
export async function configCheck(
  dir: string,
  out: (text: string) => void,
  options: { readonly json: boolean } = { json: false },
): Promise<ExitCode> {
  const loaded = await loadConfig(dir);
  const sop = await readSopCards(dir, loaded.ok ? Object.keys(loaded.config.golive.roles) : null);
  const problems = [...(loaded.ok ? [] : loaded.problems), ...sop.problems];
  const ok = loaded.ok && problems.length === 0;
  if (options.json) {
    const cards = { sop_cards: sop.cards.map(({ id, cause, severity, owner }) => ({ id, cause, severity, owner })) };
    out(`${JSON.stringify(ok ? { ok, ...summarise(loaded.config), ...cards } : { ok, problems }, null, 2)}\n`);
  } else if (ok) {
    out(`${describeConfig(dir, loaded.config)}\n${describeCards(sop.cards)}\n`);
  } else {
    out(`${loaded.ok ? describeCardProblems(problems) : describeProblems(problems)}\n`);
  }
  return ok ? EXIT.pass : EXIT.usage;
}

const describeCards = (cards: readonly SopCard[]): string =>
  cards.length === 0
    ? "SOP cards: none; a weekly evaluation names causes and no steps"
    : `SOP cards: ${cards.map(({ id, cause }) => `${id} (${cause})`).join(", ")}`;

function summarise(config: Config) {
  const { checks, sign_offs, items } = config.checklist;
  const running = new Set(checks.map((check) => check.id));
  const unproven = items.filter((item) => item.check !== undefined && !running.has(item.check));
  const isAfter = ({ check }: { readonly check?: string | undefined }) => AFTER_CUTOVER.includes(check ?? "");
  const [afterCutover, notBuilt] = [unproven.filter(isAfter), unproven.filter((item) => !isAfter(item))];
  return {
    services: listServices(config).map(({ id, title, channel, rag_store, rag_service, models, applies }) => ({
      id,
      title,
      channel,
      store_variable: rag_store.url_env,
      service_variable: rag_service.url_env,
      judge_model: models.judge_model,
      left_out: Object.entries(applies).map(([check, { reason }]) => ({ check, reason })),
    })),
    model_limits: config.golive.models.limits,
    roles: Object.entries(config.golive.roles).map(([id, { users, groups }]) => ({ id, users, groups })),
    checks: checks.map(({ id, fresh_for, waivable }) => ({ id, fresh_for_minutes: fresh_for, waivable })),
    sign_offs: sign_offs.map(({ id, title, role, quorum, covers }) => ({ id, title, role, quorum, covers })),
    lines: {
      total: items.length,
      by_check: items.filter((item) => item.check !== undefined && running.has(item.check)).length,
      by_sign_off: items.filter((item) => item.sign_off !== undefined).length,
      after_cutover: afterCutover.length,
      not_built: notBuilt.length,
    },
    planned: [...new Set(notBuilt.flatMap((item) => item.check ?? []))].map((id) => ({
      id,
      will_prove: PLANNED_CHECKS[id] ?? "",
    })),
  };
}

function describeConfig(dir: string, config: Config): string {
  const { services, roles, checks, sign_offs, lines, model_limits } = summarise(config);
  return [
    `The configuration in ${dir} is valid.`,
    "",
    "Services",
    ...services.flatMap((it) => [
      `  ${it.id} (${it.title}): released in ${it.channel}, store from $${it.store_variable}, service from $${it.service_variable}, judged by ${it.judge_model}`,
      ...it.left_out.map(({ check, reason }) => `    ${check} does not apply: ${reason}`),
    ]),
    `Models: ${model_limits.max_in_flight} in flight and ${model_limits.per_second} requests a second, over all copies of Golive`,
    "Roles",
    ...roles.map((it) => `  ${it.id}: ${[...it.users, ...it.groups.map((group) => `group ${group}`)].join(", ")}`),
    `Checklist: ${lines.total} lines`,
    `  ${lines.by_check} decided by ${checks.length} checks: ${checks.map((it) => it.id).join(", ")}`,
    `  ${lines.by_sign_off} decided by people alone`,
    `  ${lines.after_cutover} decided after the cutover: by the canary, a rollback, a run by the clock or an SLO`,
    `  ${lines.not_built} not built yet: shown, never green, not blocking`,
    "Sign-offs",
    ...sign_offs.map((it) => `  ${it.id}: ${it.quorum} of ${it.role}, over ${coverage(it.covers)}`),
  ].join("\n");
}

function coverage(covers: "all" | readonly string[]): string {
  if (covers === "all") return "all checks";
  return covers.length === 0 ? "no check (a statement)" : covers.join(", ");
}
