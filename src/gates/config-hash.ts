import type { Gate, GateFinding, GateSubject } from "#src/gates/gate";
import { collectConfiguration } from "#src/manifest/collect-manifest";
import { compareReport } from "#src/manifest/collect-service";
import { readConfigurationFacts } from "#src/manifest/configuration-facts";
import { isBranch, isCommit } from "#src/manifest/source-code";
import type { ServiceReport } from "#src/rag/service";
import { digestOf } from "#src/release/hash";

export type ConfigHashGateDeps = {
  /** Throws when the service can't be asked. */
  readonly serviceReport: (subject: GateSubject, signal: AbortSignal) => Promise<ServiceReport>;
};

/**
 * CONFIG_HASH generated and stored: the candidate's configuration version holds everything that can change an answer, and
 * the service really runs it. A hash that leaves out models, prompts or thresholds says nothing about them; one that the
 * service only claims says nothing at all.
 */
export function createConfigHashGate({ serviceReport }: ConfigHashGateDeps): Gate {
  return {
    id: "config-hash",
    title: "CONFIG_HASH",
    version: 3,
    timeoutMs: 60_000,
    thresholds: ({ configuration_facts }) => ({ missing: 0, contradictions: 0, facts: digestOf(configuration_facts) }),
    check: async (subject, signal) => {
      const { candidate, service, store } = subject;
      const { sha256, body, hidden } = await collectConfiguration(store, candidate.config, signal);
      const base = {
        bar: "complete, and what the service runs",
        how: `RFC 8785 canonical JSON of configuration ${candidate.config}, SHA-256; GET /config of the RAG service for this pair`,
      };
      if (sha256 === null) {
        return {
          ...base,
          verdict: "fail",
          summary: `There is no configuration ${candidate.config} in the configuration table, so it has no hash.`,
          value: "missing",
          numbers: { config_hash: null },
          next: "Write that version into the configuration table, or start with another.",
          inputs: digestOf({ config: candidate.config }),
          findings: ["configuration:missing"],
        };
      }
      const { facts, problems } = readConfigurationFacts(body, service.configuration_facts);
      const report = await serviceReport(subject, signal);
      const { contradictions, reported_config_hash } = compareReport(report, candidate, body, service);
      const { commit, branch } = report.source ?? { commit: null, branch: null };
      const unversioned = commit === null || !isCommit(commit) || branch === null || !isBranch(branch);
      const reported = {
        ...base,
        numbers: {
          config_hash: sha256,
          reported_config_hash,
          hidden_settings: hidden?.settings ?? 0,
          hidden_digest: hidden?.digest ?? null,
          facts: facts.length,
          missing: problems.length,
          contradictions: contradictions.length,
          git_commit: commit,
          git_branch: branch,
        },
        inputs: digestOf({ sha256, hidden, reported_config_hash, commit, branch }),
      };
      const failed = (value: string, summary: string, next: string, findings: readonly string[]): GateFinding => ({
        ...reported,
        verdict: "fail",
        value,
        summary,
        next,
        findings,
      });
      const short = sha256.slice(0, 12);
      if (contradictions.length > 0) {
        return failed(
          `${contradictions.length === 1 ? "1 contradiction" : `${contradictions.length} contradictions`}`,
          `What the service says of itself is not configuration ${candidate.config} (${short}) and golive.yaml: ${some(contradictions)}.`,
          "Deploy the service so that it reads its configuration through the pointer, or correct what it reports or what golive.yaml says; then rerun this check.",
          contradictions.map((each) => `service:${each}`),
        );
      }
      if (problems.length > 0) {
        return failed(
          `${problems.length} missing or wrong`,
          `CONFIG_HASH ${short} does not hold all that can change an answer: ${some(problems)}.`,
          "Write the facts into the configuration version, or say in golive.yaml (`configuration_facts`) where they stand or why there are none.",
          problems,
        );
      }
      if (unversioned) {
        return failed(
          "code unknown",
          `The service does not say which code it runs (commit ${commit ?? "unknown"}, branch ${branch ?? "unknown"}).`,
          "Let GET /config report `source: {commit, branch}` (docs/rag-service.md), then rerun this check.",
          ["source:unknown"],
        );
      }
      return {
        ...reported,
        verdict: "pass",
        summary: `CONFIG_HASH ${short} covers ${facts.length} facts that can change an answer, and the service runs exactly that.`,
        value: short,
        next: "",
        findings: [],
      };
    },
  };
}

function some(all: readonly string[]): string {
  const shown = all.slice(0, 3).join("; ");
  return all.length > 3 ? `${shown}; and ${all.length - 3} more` : shown;
}
