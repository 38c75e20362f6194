import { EXIT, type ExitCode, type Io, printJson } from "#src/cli/io";
import type { Session } from "#src/cli/open-core";
import { type LivePair, releaseJson } from "#src/cli/release-json";
import { briefText, releaseText } from "#src/cli/release-text";
import { wrap } from "#src/cli/wrap";
import { RagStoreError } from "#src/rag/store-error";
import { resourcesLine } from "#src/release/resources-line";

/** Prints where the service's release stands, as JSON or text (`brief`: without checks and sign-offs). Returns `code`. */
export async function reportRelease(
  io: Io,
  { core, service }: Session,
  options: { readonly json: boolean; readonly brief?: boolean },
  code: ExitCode,
): Promise<ExitCode> {
  const view = await core.useCases.currentRelease(service.id);
  const resources = await core.resources.now();
  const own = options.brief === true ? "" : `\n${wrap("", resourcesLine(resources)).join("\n")}\n`;
  if (options.json) {
    printJson(io, releaseJson(code === EXIT.pass, service.id, await livePair(core, service.id), view, resources));
  } else if (view === null) {
    const live = await livePair(core, service.id);
    const answers = "unknown" in live ? `unknown (${live.unknown})` : (live.pair?.run ?? "nothing");
    void io.out(
      `${service.id} had no release yet. Live: ${answers}. Start one: golive release start --as USER\n${own}`,
    );
  } else void io.out(options.brief === true ? briefText(view) : `${releaseText(view)}${own}`);
  return code;
}

/** A store that doesn't answer takes nothing from what was decided: that part is said as unknown. */
async function livePair(core: Session["core"], service: string): Promise<LivePair> {
  try {
    return { pair: await core.useCases.livePair(service) };
  } catch (error) {
    if (error instanceof RagStoreError) return { unknown: error.message };
    throw error;
  }
}
