import { CliError, EXIT, type ExitCode, type Io, printJson } from "#src/cli/io";
import { requireActor, resolveActor, type Session, withCore } from "#src/cli/open-core";
import { refusalSentence } from "#src/cli/refusal";
import { wrap } from "#src/cli/wrap";
import type { RunRecord } from "#src/evaluation/run/run-record";
import { type Searched, searchProposals } from "#src/operations/nudges/work/search-proposals";
import { sayChange, sayFigure } from "#src/operations/proposals/words";
import { samePair } from "#src/release/pair";
import type { Person } from "#src/release/people";

export type NudgeFlags = {
  readonly service?: string;
  readonly evaluation?: string;
  readonly propose?: boolean;
  readonly as?: string;
  readonly json?: boolean;
};

/** `proposal`: the one that stands for it now; `says`: whether it was made, or why not, in a sentence. */
type Proposed = { readonly proposal: string | null; readonly refused: string | null; readonly became: string };
type Found = Searched & { readonly proposed: Proposed | null };

/** 0: searched, whether or not anything was found; 1: there is no evaluation to search on, or a proposal was refused. */
export async function searchNudges(io: Io, flags: NudgeFlags): Promise<ExitCode> {
  const user = flags.propose === true ? requireActor(flags.as) : null;
  return withCore(io, { service: flags.service, withoutSlackIfAway: true }, async (session) => {
    const { core, service } = session;
    const actor = user === null ? null : (await resolveActor(core, user)).actor;
    const evaluation = await evaluationOf(session, flags.evaluation);
    const facts = service.configuration_facts;
    const deps = { evaluations: core.evaluations.store, store: core.storeOf(service.id), facts };
    const searched = await searchProposals(deps, { evaluation, operation: null });
    const found: Found[] = [];
    for (const each of searched) {
      found.push({ ...each, proposed: actor === null ? null : await propose(session, each, actor) });
    }
    const refused = found.some(({ proposed }) => proposed?.refused != null);
    if (flags.json === true) {
      printJson(io, { ok: !refused, service: service.id, evaluation: evaluation.id, searches: found.map(json) });
    } else {
      void io.out(`${found.flatMap((each) => text(each)).join("\n")}\n`);
    }
    return refused ? EXIT.failed : EXIT.pass;
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
  const newest = runs.find(
    ({ state, plan }) => state === "finished" && plan.sample === null && samePair(plan.pair, live),
  );
  if (newest !== undefined) return newest;
  throw new CliError(
    `No finished evaluation of all questions of what is live in ${service.id} is stored, so there is nothing to search on. Run one: golive eval run`,
    EXIT.failed,
  );
}

async function propose(
  { core, service, withSlack }: Session,
  { draft }: Searched,
  actor: Person,
): Promise<Proposed | null> {
  if (draft === null) return null;
  const decided = await core.proposals.propose(service.id, draft, actor);
  if (!decided.ok) {
    const why = refusalSentence(decided.refusal, withSlack);
    return { proposal: null, refused: decided.refusal.kind, became: `It was not proposed. ${why}` };
  }
  const made = await core.proposals.proposal(decided.id);
  const { number = "?", ended = null } = made ?? {};
  const became =
    ended === null
      ? `Proposed as #${number}, ${decided.id}.`
      : `It was proposed before, as #${number}, ${decided.id}, and is ${ended.as}: ${ended.says}`;
  return { proposal: decided.id, refused: null, became };
}

function text({ search, says, draft, proposed }: Found): readonly string[] {
  return [
    ...wrap(`${search}: `, says, 2),
    ...(draft === null
      ? []
      : [
          ...draft.changes.flatMap((change) => wrap("  ", sayChange(change), 4)),
          ...draft.evidence.figures.flatMap((figure) => wrap("  ", sayFigure(figure), 4)),
          ...wrap("  ", draft.evidence.how, 2),
          ...draft.evidence.cautions.flatMap((caution) => wrap("  caution: ", caution, 4)),
          ...wrap("  ", proposed?.became ?? "Nothing was proposed: add --propose for that.", 2),
        ]),
  ];
}

function json({ search, says, draft, proposed }: Found) {
  const { proposal = null, refused = null, became = null } = proposed ?? {};
  if (draft === null) return { search, says, found: null, proposal };
  const { title, changes, evidence, needsRun } = draft;
  const found = { title, changes, evidence, needs_run: needsRun };
  return { search, says, found, proposal, refused, became };
}
