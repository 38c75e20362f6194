import { z } from "zod";
import { endChild, hear, startChild } from "../child.ts";
import { type Load, type Volley, volleySchema } from "./load.ts";

export type Generator = { fire(load: Load): Promise<Volley>; close(): Promise<void> };

export function startGenerator(): Generator {
  const child = startChild(new URL("./generator.ts", import.meta.url));
  return {
    async fire(load) {
      const heard = hear(child, volleySchema);
      child.send(load);
      return heard;
    },
    close: () => endChild(child),
  };
}

export type BareBolt = { readonly url: string; close(): Promise<void> };

export async function startBareBolt(signingSecret: string): Promise<BareBolt> {
  const child = startChild(new URL("./bare-bolt.ts", import.meta.url), { SLACK_SIGNING_SECRET: signingSecret });
  const port = await hear(child, z.number());
  return { url: `http://127.0.0.1:${port}/slack/events`, close: () => endChild(child) };
}
