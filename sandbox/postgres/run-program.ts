import { execFile } from "node:child_process";

export type Ran = { readonly code: number | null; readonly output: string };

/** User and group a program runs as; empty: as we are. */
export type RunAs = { readonly uid?: number; readonly gid?: number };

/** Runs a program to its end; never rejects: `code` null means that it could not be started or was killed. */
export function runProgram(file: string, args: readonly string[], as: RunAs = {}): Promise<Ran> {
  return new Promise((resolve) => {
    // cwd "/": the other user may not be allowed to stand where we stand.
    execFile(file, args, { ...as, cwd: "/", maxBuffer: 4_000_000 }, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`.trim();
      if (error === null) return resolve({ code: 0, output });
      resolve({ code: typeof error.code === "number" ? error.code : null, output: output || error.message });
    });
  });
}
