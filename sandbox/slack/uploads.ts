import { randomBytes } from "node:crypto";
import { LIFETIMES } from "#sandbox/slack/limits";
import type { SandboxFile } from "#sandbox/slack/model";

type Upload = {
  readonly id: string;
  readonly name: string;
  readonly length: number;
  readonly at: number;
  bytes: Buffer | null;
  completed: SandboxFile | null;
  /** How often `files.info` was asked since completion. */
  polls: number;
};

export type Uploads = {
  begin(name: string, length: number): { readonly fileId: string; readonly ticket: string };
  /** False: unknown, used or expired ticket, or another length than announced. */
  receive(ticket: string, bytes: Buffer): boolean;
  /** Its bytes are here, and it was not completed yet. */
  isReceived(fileId: string): boolean;
  complete(fileId: string, title: string | null): SandboxFile | null;
  info(fileId: string): { readonly file: SandboxFile; readonly ready: boolean } | null;
  isReady(fileId: string): boolean;
};

/**
 * External uploads. As in Slack a completed file is looked at for a while: the first `files.info` still finds it
 * without a mimetype, and an image block that names it before is refused.
 */
export function createUploads(now: () => number): Uploads {
  const byId = new Map<string, Upload>();
  const tickets = new Map<string, Upload>();
  const isReady = (fileId: string) => (byId.get(fileId)?.polls ?? 0) > 0;
  return {
    begin: (name, length) => {
      const id = `F${randomBytes(5).toString("hex").toUpperCase()}`;
      const upload: Upload = { id, name, length, at: now(), bytes: null, completed: null, polls: 0 };
      const ticket = randomBytes(16).toString("hex");
      byId.set(id, upload);
      tickets.set(ticket, upload);
      return { fileId: id, ticket };
    },
    receive: (ticket, bytes) => {
      const upload = tickets.get(ticket);
      if (!upload || now() - upload.at > LIFETIMES.uploadUrl || bytes.length !== upload.length) return false;
      tickets.delete(ticket);
      upload.bytes = bytes;
      return true;
    },
    isReceived: (fileId) => {
      const upload = byId.get(fileId);
      return upload !== undefined && upload.bytes !== null && upload.completed === null;
    },
    complete: (fileId, title) => {
      const upload = byId.get(fileId);
      if (!upload?.bytes || upload.completed) return null;
      const { id, name, bytes } = upload;
      upload.completed = { id, name, bytes, mimetype: mimetypeOf(name), title: title ?? name };
      return upload.completed;
    },
    info: (fileId) => {
      const upload = byId.get(fileId);
      if (!upload?.completed) return null;
      const ready = upload.polls > 0;
      upload.polls += 1;
      return { file: upload.completed, ready };
    },
    isReady,
  };
}

const mimetypes: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  gif: "image/gif",
  svg: "image/svg+xml",
  json: "application/json",
  yaml: "text/plain",
  yml: "text/plain",
  csv: "text/csv",
  md: "text/markdown",
  txt: "text/plain",
};

function mimetypeOf(name: string): string {
  return mimetypes[name.split(".").at(-1)?.toLowerCase() ?? ""] ?? "application/octet-stream";
}
