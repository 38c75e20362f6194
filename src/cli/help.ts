import type { Command } from "commander";

const MAIN = `
The first go-live, step by step:
  golive init ./my-config               write a configuration, then fill in its blanks
  golive config check ./my-config       every problem at once
  golive migrate                        tables, and the ledger of flips in the RAG store
  golive serve                          the bot; from here on people work in Slack
Without Slack, the same by hand:
  golive release start --as U012AB3CD --wait
  golive release sign go-ahead --as U045EF6GH
  golive release cutover --as U045EF6GH --confirm

Exit codes: 0 pass · 1 gate failed, refused, broken audit trail · 2 wrong usage or configuration ·
3 inconclusive or error · 130 interrupted. Every command takes --help; docs/cli.md has the examples.`;

const EXAMPLES: Readonly<Record<string, string>> = {
  "golive migrate": `
Needs DATABASE_OWNER_URL (golive_owner), DATABASE_URL (golive_app) and the URL of each RAG store.`,
  "golive config check": `
Exit 0: valid · 2: the problems are listed.`,
  "golive run adopt": `
Example: golive run adopt 2026-11-01 --as U012AB3CD`,
  "golive release start": `
Example: golive release start --run 2026-11-20 --as U012AB3CD --wait
With --wait: exit 0 all checks pass · 1 a check failed · 3 a check is inconclusive or could not run.`,
  "golive release status": `
With --wait: exit 0 all checks pass · 1 a check failed · 3 a check is inconclusive or could not run.`,
  "golive release sign": `
Example: golive release sign go-ahead --as U012AB3CD
A signature from here binds what the release is now; look at \`golive release status\` first.`,
  "golive release cutover": `
Example: golive release cutover --as U012AB3CD --confirm
Exit 0: live · 1: refused or stopped, with what blocks it; the pointer is untouched then.`,
  "golive manifest generate": `
Example: golive manifest generate --format yaml --out manifest.yaml
The same facts print the same bytes. Exit 0: complete · 1: printed, but not complete.`,
  "golive manifest show": `
Example: golive manifest show --json · golive manifest show 9f86d081`,
  "golive manifest diff": `
Example: golive manifest diff 9f86d081 release · golive manifest diff before.yaml after.yaml
Each may be the first letters of a hash, a release's id, the word \`release\` (the open or last one), or a file.`,
  "golive slo": `
Exit 0: all are kept · 1: one is missed, burning or spent · 3: one can't be told, none is missed.`,
  "golive smoke": `
Example: golive smoke --suite meta-ops --metrics-url http://127.0.0.1:9464/metrics
Exit 0: all that was looked at passed · 1: a check failed · 3: one could not tell or could not run, none failed · 130: interrupted.`,
  "golive schedule run": `
Example: golive schedule run backup --as U012AB3CD --wait
Exit 0: opened, or with --wait a pass · 1: refused, or a fail · 2: no such kind · 3: inconclusive or error · 130: left while waiting.`,
  "golive sop check": `
Exit 0: all are right · 2: one is broken, or the configuration can't be read.`,
  "golive triage": `
Example: golive triage ev_80fffcbae2cb530c --against ev_05eef56788a499bc
Exit 0: pass · 1: a floor or rule is broken, or something is proven worse · 3: inconclusive.`,
  "golive nudge": `
Example: golive nudge --propose --as U012AB3CD
Exit 0: searched, whether or not anything was found · 1: no evaluation of what is live is stored, or a proposal was
refused.`,
  "golive proposal accept": `
Example: golive proposal accept 3 --as U012AB3CD
What everybody has accepted, the running bot carries out. Exit 0: accepted · 1: refused, or not there.`,
  "golive proposal decline": `
Example: golive proposal decline 3 --as U012AB3CD --reason "the gold set lacks such questions"`,
  "golive health": `
Example: golive health --gate index-presence --gate prefix-leakage --run 2026-11-20
Exit 0: all pass · 1: one failed · 3: one is inconclusive or could not run, none failed · 130: interrupted.`,
  "golive eval run": `
Example: golive eval run --sample 60 --out results.json
The same command goes on with a run that was interrupted. Exit 0: finished, floors met · 1: a floor is missed ·
2: a wrong case in the gold file · 3: inconclusive, or stopped by an error · 130: interrupted.`,
  "golive eval status": `
Exit 0: finished, floors met · 1: a floor is missed · 3: running, stopped, cancelled or inconclusive.`,
  "golive eval cancel": `
Exit 0: cancelled · 1: it had ended already · 2: nothing is open.`,
  "golive eval prune": `
Example: golive eval prune --dry-run · golive eval prune --as U012AB3CD
Exit 0: deleted, or nothing to delete · 1: refused.`,
  "golive eval score": `
Example: golive eval score results.json --out scored.json
Exit 0: scored · 2: the file can't be read, or isn't what it should be · 3: too little of it was judged.`,
  "golive eval report": `
Example: golive eval report ev_5e0d26f1b1c94a7e --baseline baseline --out report.html
Exit 0: written, whatever it says · 2: no such run, or a file that can't be written.`,
  "golive eval baseline set": `
Example: golive eval baseline set ev_8f136244fcd5c3b2 --reason "live for a month" --as U012AB3CD
Exit 0: set · 1: refused · 2: no such run.`,
  "golive canary status": `
Exit 0: watching without a breach, passed or promoted · 1: a breach, or rolled back · 3: paused, people decide, or there is none.`,
  "golive canary explain": `
Example: golive canary explain f1`,
  "golive canary extend": `
Example: golive canary extend 12 --as U012AB3CD --reason "too few questions by now"`,
  "golive canary abort": `
Example: golive canary abort --as U012AB3CD --confirm --reason "answers cite the wrong page"
The running bot rolls back; without a bot: golive rollback previous --as USER --confirm.`,
  "golive canary mute": `
Example: golive canary mute p95_latency --hours 2 --as U012AB3CD`,
  "golive few-shot check": `
Example: golive few-shot check --pool pool.jsonl --eval cases.jsonl
Exit 0: clean · 1: something is blocked · 2: a file is missing, empty, or not what it should be.`,
  "golive few-shot build": `
Example: golive few-shot build --candidates candidates.jsonl --eval cases.jsonl --out few_shot_pool.jsonl
Exit 0: written · 1: no candidate is left, or one leaks and --strict was given · 2: a file is missing, empty, or not what it should be.`,
  "golive few-shot pool": `
Example: golive few-shot pool 8d7a9816d943389a0ed37f24c5f50d780f1ca9cd975f5296c4102bc67012e7ac --out few_shot_pool.8d7a9816.jsonl
Exit 0: written · 2: no such pool was proposed here, or the file can't be written.`,
  "golive few-shot select": `
Example: golive few-shot select --pool pool.jsonl --queries queries.jsonl --eval cases.jsonl -k 5 --json
Exit 0: every query has examples · 1: one has none that may be shown · 2: a file is missing, empty, or not what it should be.`,
  "golive audit verify": `
Exit 0: intact · 1: broken, with each row and what is wrong with it.`,
  "golive audit export": `
Example: golive audit export > journal.ndjson`,
};

/** Help of the program and its commands, and after a wrong use the way to the right command's help. */
export function addHelp(program: Command): void {
  program.addHelpText("after", MAIN);
  visit(program, program.name());
}

function visit(command: Command, path: string): void {
  command.showHelpAfterError(path === "golive" ? "(golive help lists the commands)" : `(${path} --help says how)`);
  const examples = EXAMPLES[path];
  if (examples !== undefined) command.addHelpText("after", examples);
  for (const each of command.commands) visit(each, `${path} ${each.name()}`);
}
