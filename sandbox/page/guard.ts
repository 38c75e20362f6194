import type { IncomingMessage } from "node:http";

/**
 * Why a request is not for this page, or null. A foreign Host is a rebound DNS name; a foreign (or missing) Origin on
 * a POST is another site acting in the reader's browser. There is no login here: the loopback address is the fence.
 */
export function refusal(request: IncomingMessage, port: number): string | null {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`];
  const host = request.headers.host ?? "";
  if (!hosts.includes(host)) return "This page answers only to 127.0.0.1 and localhost.";
  if (request.method === "GET" || request.method === "HEAD") return null;
  if (request.headers.origin !== `http://${host}`) return "This page takes actions only from itself.";
  const type = request.headers["content-type"] ?? "";
  return type.startsWith("application/json") ? null : "Actions are sent as application/json.";
}

/** No inline script or style, nothing from the network, no frame around the page. */
export const securityHeaders: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: http://127.0.0.1:* http://localhost:*; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};
