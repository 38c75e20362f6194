import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

/** SHA-256 of a text's UTF-8 bytes, as hex. */
export function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

/** SHA-256 of the RFC 8785 canonical JSON: what docs/rag-service.md calls CONFIG_HASH when `value` is the configuration. */
export function hashOf(value: unknown): string {
  return sha256(canonicalize(value) ?? "");
}
