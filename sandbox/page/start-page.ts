import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { parseDeed, perform } from "#sandbox/page/deeds";
import type { Extras } from "#sandbox/page/extras";
import { refusal, securityHeaders } from "#sandbox/page/guard";
import { type Look, lookHref, readLook } from "#sandbox/page/look";
import { createReadMarks } from "#sandbox/page/read-marks";
import { findFile, type Scene } from "#sandbox/page/scene";
import { shell } from "#sandbox/page/shell";
import { createStreams } from "#sandbox/page/stream";
import type { Done, Hands, World } from "#sandbox/slack/model";

export type PageOptions = {
  readonly world: World;
  readonly hands: Hands;
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** A loopback address; anything else is refused, for the page has no login. */
  readonly host?: string;
  readonly extras?: Extras;
};
export type Page = { readonly url: string; stop(): Promise<void> };

const statics: Readonly<Record<string, string>> = {
  "client.js": "text/javascript",
  "morph.js": "text/javascript",
  "redraw.js": "text/javascript",
  "send.js": "text/javascript",
  "composer.js": "text/javascript",
  "page.css": "text/css",
};
const inlineTypes = /^image\/(png|jpeg|gif|webp)$/;
const largestBody = 1_000_000;

/** Serves the page of the local Slack. Rejects when the port is taken. */
export async function startPage({
  world,
  hands,
  port = 0,
  host = "127.0.0.1",
  extras = {},
}: PageOptions): Promise<Page> {
  if (!["127.0.0.1", "localhost", "::1"].includes(host)) {
    throw new Error(`The sandbox page has no login, so it listens on loopback only, not on "${host}". Use 127.0.0.1.`);
  }
  const marks = createReadMarks(world);
  const dismissed = new Set<string>();
  const sceneOf = (look: Look): Scene => ({
    world,
    look,
    marks,
    extras,
    now: (extras.now ?? Date.now)(),
    dismissed: (ts) => dismissed.has(`${look.viewer.id} ${ts}`),
  });
  const streams = createStreams(sceneOf);
  const dismiss = (user: string, ts: string) => {
    dismissed.add(`${user} ${ts}`);
    streams.changed();
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", "http://page");
    const look = readLook(url.searchParams, world);
    if (request.method === "POST" && url.pathname === "/do") {
      const deed = parseDeed(await readJson(request));
      if (!deed) return send(response, 400, { ok: false, error: "The page sent something it shouldn't: reload it." });
      return send(response, 200, await perform(deed, { world, hands, extras, dismiss }));
    }
    if (request.method !== "GET") return send(response, 405, { ok: false, error: "Only GET, and POST /do." });
    if (url.pathname === "/") {
      if (!look || url.searchParams.get("as") === look.viewer.id) {
        return body(response, "text/html", shell(world.team.name, extras.hint ?? "").html);
      }
      response
        .writeHead(302, { ...securityHeaders, location: lookHref(look.viewer.id, look.channel?.id ?? null) })
        .end();
    } else if (url.pathname === "/events") {
      response.writeHead(200, { ...securityHeaders, "content-type": "text/event-stream" });
      // As Slack does: the app is told whenever somebody looks, and what it publishes arrives as a change.
      if (look?.home) void hands.openHome(look.viewer.id);
      streams.open(response, () => readLook(url.searchParams, world));
    } else if (url.pathname.startsWith("/file/")) {
      const file = look && findFile(sceneOf(look), decodeURIComponent(url.pathname.slice(6)));
      if (!file) return send(response, 404, { ok: false, error: "No such file for this person." });
      if (inlineTypes.test(file.mimetype)) return body(response, file.mimetype, file.bytes);
      response.setHeader("content-disposition", "attachment");
      body(response, "application/octet-stream", file.bytes);
    } else {
      const name = url.pathname.replace("/static/", "");
      const type = Object.hasOwn(statics, name) ? statics[name] : undefined;
      if (!type) return send(response, 404, { ok: false, error: "No such page." });
      body(response, type, await readFile(new URL(`./static/${name}`, import.meta.url)));
    }
  };

  const server = createServer((request, response) => {
    const address = server.address();
    const reason = refusal(request, typeof address === "object" && address ? address.port : port);
    if (reason) return send(response, 403, { ok: false, error: reason });
    answer(request, response).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      if (response.headersSent) response.end();
      else send(response, error instanceof BadBody ? 400 : 500, { ok: false, error: `The sandbox failed: ${why}` });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const unsubscribe = world.onChange(streams.changed);
  const address = server.address();
  const actual = typeof address === "object" && address ? address.port : port;
  return {
    url: `http://${host === "::1" ? "[::1]" : host}:${actual}/`,
    async stop() {
      unsubscribe();
      streams.stop();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

class BadBody extends Error {}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > largestBody) throw new BadBody("the request is larger than 1 MB");
    chunks.push(bytes);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new BadBody("the request is not JSON");
  }
}

function body(response: ServerResponse, type: string, content: string | Buffer): void {
  response.writeHead(200, {
    ...securityHeaders,
    "content-type": type.startsWith("text/") ? `${type}; charset=utf-8` : type,
  });
  response.end(content);
}

function send(response: ServerResponse, status: number, done: Done): void {
  response.writeHead(status, { ...securityHeaders, "content-type": "application/json" }).end(JSON.stringify(done));
}
