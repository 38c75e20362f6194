import type { Gate, GateFinding, GateSubject } from "#src/gates/gate";
import type { Manifest } from "#src/manifest/collect-manifest";

export type ManifestGateDeps = {
  /** Collects the manifest anew; the same facts have the hash that was frozen. */
  readonly collect: (subject: GateSubject, signal: AbortSignal) => Promise<Manifest>;
};

/** The manifest can be collected, is complete and free of placeholders, and the pointer can switch its configuration. */
export function createManifestGate({ collect }: ManifestGateDeps): Gate {
  return {
    id: "manifest",
    title: "Run manifest",
    version: 2,
    timeoutMs: 180_000,
    withoutRelease: "Collected and checked for completeness; no release froze one to compare it with.",
    thresholds: () => ({ missing_facts: 0, placeholders: 0 }),
    check: async (subject, signal) => {
      const { candidate, active, store } = subject;
      const manifest = await collect(subject, signal);
      const base = {
        bar: "complete, no placeholders, configuration switchable",
        numbers: { hash: manifest.hash, problems: manifest.problems.join("; ") || null },
        how: "collected from golive.yaml, the RAG store's run and configuration rows, and the thresholds in force",
        inputs: manifest.hash,
      };
      const versions = (await store.configVersions(signal)).map((each) => each.version);
      const { frozenManifest } = subject;
      const changed = frozenManifest !== null && frozenManifest !== manifest.hash;
      const findings = [
        ...(changed ? ["manifest:changed"] : []),
        ...(versions.includes(candidate.config) ? [] : ["candidate-configuration:missing"]),
        ...(active === null || versions.includes(active.config) ? [] : ["active-configuration:missing"]),
        ...manifest.problems,
      ];
      const failed = (value: string, summary: string, next: string): GateFinding => ({
        ...base,
        verdict: "fail",
        findings,
        value,
        summary,
        next,
      });
      if (changed) {
        const summary = `The facts are not those of the frozen manifest any more: ${frozenManifest.slice(0, 12)} was frozen, ${manifest.hash.slice(0, 12)} is collected now.`;
        return failed(
          "changed",
          summary,
          "Golive freezes the new manifest, says what changed, and asks again for what it voids.",
        );
      }
      if (!versions.includes(candidate.config)) {
        const summary = `The configuration ${candidate.config} is not switchable: the configuration table has no such version.`;
        const next = "Write that version into the configuration table, or choose another.";
        return failed("not switchable", summary, next);
      }
      if (active !== null && !versions.includes(active.config)) {
        const summary = `The active configuration ${active.config} is not in the configuration table: the service can't be reading it through the pointer.`;
        return failed(
          "not switchable",
          summary,
          "Put it back, or let the service read its configuration through the pointer.",
        );
      }
      if (manifest.problems.length > 0) {
        const many = manifest.problems.length === 1 ? "1 fact is" : `${manifest.problems.length} facts are`;
        const summary = `The manifest is not complete, ${many} missing: ${manifest.problems.slice(0, 3).join("; ")}.`;
        return failed(
          "incomplete",
          summary,
          "Fill in what is missing where the service or its ingestion records it, then rerun this check.",
        );
      }
      return {
        ...base,
        verdict: "pass",
        findings: [],
        summary: `The manifest ${manifest.hash.slice(0, 12)} is complete, and the configuration ${candidate.config} can be switched to.`,
        value: manifest.hash.slice(0, 12),
        next: "",
      };
    },
  };
}
