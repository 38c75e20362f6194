import { CliError, EXIT, type ExitCode, type Io, printJson } from "#src/cli/io";
import { type Session, withCore } from "#src/cli/open-core";
import { wrap } from "#src/cli/wrap";
import type { RunRecord } from "#src/evaluation/run/run-record";
import { type Searched, searchProposals } from "#src/operations/nudges/work/search-proposals";
import { sayChange, sayFigure } from "#src/operations/proposals/words";
import { samePair } from "#src/release/pair";

export type NudgeFlags = {
  readonly service?: string;
  readonly evaluation?: string;
  readonly propose?: boolean;
  readonly json?: boolean;
};

type Found = Searched & { readonly proposal: string | null };

/** 0: searched, whether or not anything was found; 1: there is no evaluation to search on. */
export async function searchNudges(io: Io, flags: NudgeFlags): Promise<ExitCode> {
  return withCore(io, { service: flags.service, withoutSlackIfAway: true }, async (session) => {
    const { core, service } = session;
    const evaluation = await evaluationOf(session, flags.evaluation);
    const facts = service.configuration_facts;
    const deps = { evaluations: core.evaluations.store, store: core.storeOf(service.id), facts };
    const searched = await searchProposals(deps, { evaluation, operation: null });
    const found: Found[] = [];
    for (const each of searched) {
      found.push({ ...each, proposal: flags.propose === true ? await propose(session, each) : null });
    }
    if (flags.json === true) {
      printJson(io, { ok: true, service: service.id, evaluation: evaluation.id, searches: found.map(json) });
    } else {
      void io.out(`${found.flatMap((each) => text(each, flags.propose === true)).join("\n")}\n`);
    }
    return EXIT.pass;
  });
}

async function evaluationOf({ core, service }: Session, id: string | undefined): Promise<RunRecord> {
  if (id !== undefined) {
    const run = await core.evaluations.store.run(id);
    if (run !== null && run.plan.service === service.id) return run;
    throw new CliError(`There is no evaluation ${id} of ${service.id}. \`golive eval list\` shows them.`, EXIT.failed);
  }
  const live = await core.storeOf(service.id).pointer();
  const runs = await core.evaluations.store.runs(service.id);
  const newest = runs.find(({ state, plan }) => state === "finished" && samePair(plan.pair, live));
  if (newest !== undefined) return newest;
  throw new CliError(
    `No finished evaluation of what is live in ${service.id} is stored, so there is nothing to search on. Run one: golive eval run`,
    EXIT.failed,
  );
}

async function propose({ core, service }: Session, { draft }: Searched): Promise<string | null> {
  if (draft === null) return null;
  const decided = await core.proposals.propose(service.id, draft);
  return decided.ok ? decided.id : null;
}

function text({ search, says, draft, proposal }: Found, proposing: boolean): readonly string[] {
  const next = proposing ? `proposed as ${proposal}` : "Nothing was proposed: add --propose for that.";
  return [
    ...wrap(`${search}: `, says, 2),
    ...(draft === null
      ? []
      : [
          ...draft.changes.flatMap((change) => wrap("  ", sayChange(change), 4)),
          ...draft.evidence.figures.flatMap((figure) => wrap("  ", sayFigure(figure), 4)),
          ...wrap("  ", draft.evidence.how, 2),
          ...draft.evidence.cautions.flatMap((caution) => wrap("  caution: ", caution, 4)),
          `  ${next}`,
        ]),
  ];
}

function json({ search, says, draft, proposal }: Found) {
  if (draft === null) return { search, says, found: null, proposal };
  const { title, changes, evidence, needsRun } = draft;
  return { search, says, found: { title, changes, evidence, needs_run: needsRun }, proposal };
}
