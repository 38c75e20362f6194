import { EXIT, type ExitCode, type Io, printJson } from "#src/cli/io";
import { findDocument } from "#src/cli/manifest-reference";
import { withCore } from "#src/cli/open-core";
import { wrap } from "#src/cli/wrap";
import { describeChange, diffManifests } from "#src/manifest/diff-manifests";
import { checksTouchedBy, signOffsResting } from "#src/manifest/touches";

type Flags = { readonly service?: string; readonly json?: boolean; readonly exitCode?: boolean };

/** `golive manifest diff A B`: each key with both values, and what looks at it. */
export async function diffCommand(io: Io, flags: Flags, a: string, b: string): Promise<ExitCode> {
  return withCore(io, { service: flags.service }, async ({ core, service }) => {
    const where = { core, service: service.id };
    const [from, to] = [await findDocument(where, a), await findDocument(where, b)];
    const signOffs = core.checklistOf(service.id).signOffs;
    const changes = diffManifests(from.body, to.body).map((change) => {
      const checks = checksTouchedBy(change.key, service.configuration_facts);
      return { ...change, checks, signOffs: signOffsResting(signOffs, checks) };
    });
    const all = signOffs.map(({ id }) => id);
    const differ = from.hash !== to.hash;
    if (flags.json === true) {
      printJson(io, {
        ok: !(differ && flags.exitCode === true),
        a: from.hash,
        b: to.hash,
        equal: !differ,
        changes: changes.map(({ key, from: was, to: now, checks, signOffs: rest }) => {
          return { key, from: was, to: now, checks, sign_offs: rest };
        }),
        voids: differ ? all : [],
      });
    } else if (!differ) {
      void io.out(`The same manifest: ${from.hash.slice(0, 12)}.\n`);
    } else {
      void io.out(
        `${from.hash.slice(0, 12)} → ${to.hash.slice(0, 12)}: ${changes.length === 1 ? "1 fact differs" : `${changes.length} facts differ`}.\n\n`,
      );
      for (const change of changes) {
        void io.out(
          `${[
            ...wrap("  ", describeChange(change)),
            ...wrap("      checks     ", change.checks.join(", ")),
            ...wrap("      sign-offs  ", change.signOffs.join(", ") || "none rests on them"),
          ].join("\n")}\n`,
        );
      }
      void io.out(
        `\n${wrap("", `Every sign-off is bound to the manifest's hash: what was signed on the first is void on the second (${all.join(", ")}).`).join("\n")}\n`,
      );
    }
    return differ && flags.exitCode === true ? EXIT.failed : EXIT.pass;
  });
}
