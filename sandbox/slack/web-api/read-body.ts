import type { IncomingMessage } from "node:http";
import type { Json } from "#sandbox/slack/model";
import type { Args } from "#sandbox/slack/web-api/call";
import { asBlock } from "#sandbox/slack/wire";

/** Arguments of a Web API call: query, form or JSON body. Anything else counts as no arguments, as in Slack. */
export async function readBody(request: IncomingMessage): Promise<Args> {
  const query = new URL(request.url ?? "/", "http://127.0.0.1").searchParams;
  const body = await readAll(request);
  const type = (request.headers["content-type"] ?? "").split(";")[0]?.trim();
  if (type === "application/json") return { ...Object.fromEntries(query), ...asBlock(parse(body.toString())) };
  if (type === "application/x-www-form-urlencoded") {
    return { ...Object.fromEntries(query), ...Object.fromEntries(new URLSearchParams(body.toString())) };
  }
  if (type === "multipart/form-data") {
    const form = await formOf(request, body);
    const fields = [...form.entries()].flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : []));
    return { ...Object.fromEntries(query), ...Object.fromEntries(fields) };
  }
  return Object.fromEntries(query);
}

/** A body that should be JSON; null when it isn't. */
export async function readJson(request: IncomingMessage): Promise<Json> {
  return parse((await readAll(request)).toString());
}

/** The bytes of an upload: the raw body, or the first file of a multipart form. */
export async function readFile(request: IncomingMessage): Promise<Buffer | null> {
  const body = await readAll(request);
  if (!(request.headers["content-type"] ?? "").startsWith("multipart/form-data")) return body;
  for (const value of (await formOf(request, body)).values()) {
    if (typeof value !== "string") return Buffer.from(await value.arrayBuffer());
  }
  return null;
}

function formOf(request: IncomingMessage, body: Buffer): Promise<FormData> {
  const headers = { "content-type": request.headers["content-type"] ?? "" };
  return new Response(new Uint8Array(body), { headers }).formData();
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function parse(text: string): Json {
  try {
    const parsed: Json = JSON.parse(text);
    return parsed;
  } catch {
    return null;
  }
}
