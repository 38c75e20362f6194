import type { Operation } from "#sandbox/bedrock/request-log";

export type Route = { readonly operation: Operation; readonly model: string };

const RUNTIME: Readonly<Record<string, Operation>> = {
  converse: "Converse",
  "converse-stream": "ConverseStream",
  invoke: "InvokeModel",
};

/** What a method and a path ask for. Ids are escaped in the path, so an ARN's slash is no separator. */
export function routeOf(method: string, path: string): Route {
  const parts = path.split("/").slice(1).map(decode);
  const [area, id, act] = parts;
  if (method === "POST" && area === "model" && id !== undefined && act !== undefined && parts.length === 3) {
    return { operation: RUNTIME[act] ?? "unknown", model: id };
  }
  if (method === "GET" && id !== undefined && parts.length === 2) {
    if (area === "foundation-models") return { operation: "GetFoundationModel", model: id };
    if (area === "inference-profiles") return { operation: "GetInferenceProfile", model: id };
  }
  return { operation: "unknown", model: id ?? "" };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
