import { mkdtemp, rm } from "node:fs/promises";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import S3rver from "s3rver";
import AWSAccount from "s3rver/lib/models/account.js";
import { s3Storage } from "#src/backup/storage/s3";
import type { BackupStorage } from "#src/backup/storage/storage";

export const BUCKET = "golive-backups";

/** An S3-compatible server with a way in between that can refuse requests. */
export type S3House = {
  readonly storage: BackupStorage;
  /** Every request that arrives, `METHOD path`. */
  readonly seen: string[];
  /** Decides by `METHOD path` whether a request is answered with an error instead. */
  refuse: (asked: string) => boolean;
  /** Headers of the last PUT or POST. */
  headers: NodeJS.Dict<string | string[]>;
  stop(): Promise<void>;
};

export async function openS3(encryption: Parameters<typeof s3Storage>[0]["encryption"] = null): Promise<S3House> {
  const directory = await mkdtemp(join(tmpdir(), "golive-s3-"));
  // What this process signs with: vitest.config.ts says so for all tests.
  const account = new AWSAccount("golive", "golive");
  account.createKeyPair(process.env.AWS_ACCESS_KEY_ID ?? "", process.env.AWS_SECRET_ACCESS_KEY ?? "");
  const server = new S3rver({
    port: 0,
    address: "127.0.0.1",
    silent: true,
    directory,
    configureBuckets: [{ name: BUCKET, configs: [] }],
  });
  const { port } = await server.run();
  const house: { seen: string[]; refuse: S3House["refuse"]; headers: S3House["headers"] } = {
    seen: [],
    refuse: () => false,
    headers: {},
  };
  const between = createServer((incoming, outgoing) => {
    const asked = `${incoming.method} ${incoming.url}`;
    house.seen.push(asked);
    if (incoming.method === "PUT" || incoming.method === "POST") house.headers = incoming.headers;
    if (house.refuse(asked)) {
      incoming.resume();
      incoming.on("end", () => outgoing.writeHead(403).end("<Error><Code>AccessDenied</Code></Error>"));
      return;
    }
    const { method, url, headers } = incoming;
    incoming.pipe(
      request({ host: "127.0.0.1", port, method, path: url, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      }),
    );
  });
  await new Promise<void>((resolve) => between.listen(0, "127.0.0.1", resolve));
  const address = between.address();
  const own = typeof address === "object" && address !== null ? address.port : 0;
  const storage = s3Storage({
    bucket: BUCKET,
    prefix: "prod/rag",
    region: "eu-central-1",
    endpoint: `http://127.0.0.1:${own}`,
    pathStyle: true,
    encryption,
  });
  return Object.assign(house, {
    storage,
    stop: async () => {
      between.closeAllConnections();
      between.close();
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  });
}
