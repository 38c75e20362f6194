import { failedLine, type ProbedArm, probeLine } from "#src/canary/probes/probe-line";
import type { Conforms } from "#src/evaluation/oracle/tool-governance";
import type { TraceBars } from "#src/evaluation/run/trace-figures";
import { type ObservationRow, prepareRows } from "#src/observations/prepare-rows";

/**
 * A probe as it is stored, checked like every other observation. An answer whose trace can't be kept is the system's failure: left out,
 * whoever floods a trace would not be looked at. `at`: milliseconds.
 */
export async function probeRow(
  service: string,
  probed: ProbedArm,
  at: number,
  how: { readonly bars: TraceBars; readonly conforms: Conforms },
): Promise<ObservationRow> {
  const iso = new Date(at).toISOString();
  const lines = [
    () => probeLine(probed, iso, how.bars, how.conforms),
    () => failedLine(probed, iso, "the trace can't be kept"),
  ];
  let refused = "";
  for (const line of lines) {
    const { rows, problems } = await prepareRows(service, [{ place: 1, value: line() }], {
      now: at,
      lateAfterMs: 0,
      probes: true,
    });
    if (rows[0] !== undefined) return rows[0];
    refused = problems[0]?.sentence ?? "";
  }
  throw new Error(`what came of a probe can't be stored: ${refused}`);
}
