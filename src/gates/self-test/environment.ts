import type { GateSubject } from "#src/gates/gate";
import type { SelfTest } from "#src/gates/self-test/self-test";

const having = (variables: Readonly<Record<string, string | undefined>>) => (subject: GateSubject) => ({
  env: { ...subject.env, ...variables },
});

export const environmentSelfTest: SelfTest = {
  bad: [
    { what: "a variable that is not set", change: having({ AWS_REGION: undefined }), finds: "AWS_REGION:missing" },
    { what: "a placeholder", change: having({ AWS_REGION: "changeme" }), finds: "AWS_REGION:placeholder" },
    {
      what: "a number that is a word",
      change: having({ REQUESTS_PER_SECOND: "twelve" }),
      finds: "REQUESTS_PER_SECOND:not-number",
    },
  ],
  good: { what: "every variable set and of its type" },
};
