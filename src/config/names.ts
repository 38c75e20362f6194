import { z } from "zod";

/**
 * Names become keys of plain objects all over the program. `constructor` is the one word of Object.prototype that the
 * pattern would let through, and a lookup of it finds a function where nobody defined anything.
 */
export const name = z
  .string()
  .regex(/^(?!constructor$)[a-z][a-z0-9-]{0,39}$/, "lower-case letters, digits and dashes, starting with a letter");

export const envName = z.string().regex(/^[A-Z][A-Z0-9_]*$/, "the name of an environment variable, like RAG_STORE_URL");

/** Variables whose values are blotted out of everything that is printed, by their names. */
export const SECRET_VARIABLE = /TOKEN|SECRET|PASSWORD|_KEY$|DSN/;

/** A variable that holds a secret: it must be called so, since its name is what keeps its value out of logs. */
export const secretEnvName = envName.regex(
  SECRET_VARIABLE,
  "a variable with TOKEN, SECRET or PASSWORD in its name: that is what keeps its value out of logs",
);

export const slackUser = z.string().regex(/^[UW][A-Z0-9]{2,}$/, "a Slack user id, like U012AB3CD");

/** One line for people. */
export const line = z
  .string()
  .max(200)
  .regex(/^\S(.*\S)?$/, "one line of text without space around it");
