import { isPlaceholder } from "#src/manifest/placeholder";

/** Whether a text can be a git commit: seven hex digits or more, and not one digit over and over. */
export const isCommit = (text: string): boolean => /^[0-9a-f]{7,64}$/.test(text) && !/^(.)\1*$/.test(text);

/** Whether a text names a branch. `HEAD` is what a checkout without one calls itself. */
export const isBranch = (text: string): boolean => !isPlaceholder(text) && text !== "HEAD";
