import { createEnvironmentGate } from "#src/gates/environment";
import type { GateSubject } from "#src/gates/gate";
import { honestReport } from "#src/gates/self-test/outside";
import type { SelfTest } from "#src/gates/self-test/self-test";

const having = (variables: Readonly<Record<string, string | undefined>>) => (subject: GateSubject) => ({
  env: { ...subject.env, ...variables },
});

const reporting =
  (change: (variables: readonly string[]) => string[] = (variables) => [...variables]) =>
  () =>
    createEnvironmentGate({
      serviceReport: async (subject) => ({ variables: change((await honestReport(subject)).variables) }),
    });

export const environmentSelfTest: SelfTest = {
  bad: [
    {
      what: "a variable that is not set",
      change: having({ AWS_REGION: undefined }),
      gate: reporting(),
      finds: "AWS_REGION:missing",
    },
    {
      what: "a placeholder",
      change: having({ AWS_REGION: "changeme" }),
      gate: reporting(),
      finds: "AWS_REGION:placeholder",
    },
    {
      what: "a number that is a word",
      change: having({ REQUESTS_PER_SECOND: "twelve" }),
      gate: reporting(),
      finds: "REQUESTS_PER_SECOND:not-number",
    },
    {
      what: "a variable that the service reads and golive.yaml does not list",
      gate: reporting((variables) => [...variables, "FEATURE_FLAGS"]),
      finds: "FEATURE_FLAGS:not-listed",
    },
    {
      what: "a variable that golive.yaml lists and the service has not set",
      gate: reporting((variables) => variables.filter((name) => name !== "AWS_REGION")),
      finds: "AWS_REGION:not-set-there",
    },
  ],
  good: { what: "every variable set and of its type, here and there", gate: reporting() },
};
