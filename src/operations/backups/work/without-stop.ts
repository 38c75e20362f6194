/** A sentence as part of another one. */
export const withoutStop = (sentence: string): string => sentence.replace(/[.!?]+$/, "");
