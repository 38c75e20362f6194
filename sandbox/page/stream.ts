import type { ServerResponse } from "node:http";
import { fragments } from "#sandbox/page/fragments";
import type { Look } from "#sandbox/page/look";
import type { Scene } from "#sandbox/page/scene";

/** Several changes within this time are one redraw. */
const breath = 15;
/** Ages ("3 minutes ago") are redrawn, and dead connections noticed, this often. */
const pulse = 15_000;

export type Streams = {
  /** Keeps the tab up to date until it goes away. `look` is asked again at each redraw: people and channels change. */
  open(response: ServerResponse, look: () => Look | null): void;
  /** Something changed: every tab gets the fragments that differ from what it has. */
  changed(): void;
  stop(): void;
};

/** Server-sent events to every open tab: `fragments` with `{elementId: markup}` of what changed. */
export function createStreams(sceneOf: (look: Look) => Scene): Streams {
  const tabs = new Map<ServerResponse, () => void>();
  let timer: NodeJS.Timeout | null = null;
  const redraw = () => {
    timer = null;
    // Drawing one tab marks messages as read, which another tab of the same person shows.
    for (const draw of tabs.values()) draw();
  };
  const changed = () => {
    timer ??= setTimeout(redraw, breath);
  };
  const beat = setInterval(() => {
    for (const response of tabs.keys()) response.write(": still here\n\n");
    changed();
  }, pulse);
  beat.unref();

  return {
    open(response, look) {
      const sent = new Map<string, string>();
      const draw = () => {
        const seen = look();
        if (!seen) return;
        const scene = sceneOf(seen);
        if (seen.channel && scene.marks.markRead(seen.viewer.id, seen.channel.id)) changed();
        const news = Object.entries(fragments(scene)).filter(([id, markup]) => sent.get(id) !== markup);
        for (const [id, markup] of news) sent.set(id, markup);
        if (news.length > 0) response.write(`event: fragments\ndata: ${JSON.stringify(Object.fromEntries(news))}\n\n`);
      };
      response.on("close", () => tabs.delete(response));
      tabs.set(response, draw);
      response.write("retry: 1000\n\n");
      draw();
    },
    changed,
    stop() {
      clearInterval(beat);
      if (timer) clearTimeout(timer);
      for (const response of tabs.keys()) response.end();
      tabs.clear();
    },
  };
}
