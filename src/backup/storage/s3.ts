import { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { BackupStorage, StoredObject } from "#src/backup/storage/storage";
import { StorageError, type StorageErrorCode } from "#src/backup/storage/storage-error";

export type S3Place = {
  readonly bucket: string;
  /** Without a slash at either end; empty for none. */
  readonly prefix: string;
  readonly region: string;
  /** Null for the region's own. */
  readonly endpoint: string | null;
  readonly pathStyle: boolean;
  readonly encryption:
    | { readonly kind: "AES256" }
    | { readonly kind: "aws:kms"; readonly key_id?: string | undefined }
    | null;
};

/** Parts of 8 MB, two under way: what is held in memory for one object. A store takes 10,000 of them: 80 GB. */
const PART_BYTES = 8 * 1_048_576;
const PARTS_AT_ONCE = 2;
const DELETE_AT_ONCE = 1_000;

/**
 * Backups in an S3-compatible store. An object appears with its last part; one that fails takes its parts away with it. Credentials
 * are found as the AWS SDK finds them.
 */
export function s3Storage(place: S3Place): BackupStorage {
  const { bucket, prefix } = place;
  const where = `s3://${bucket}${prefix === "" ? "" : `/${prefix}`}`;
  const client = new S3Client({
    region: place.region,
    ...(place.endpoint === null ? {} : { endpoint: place.endpoint }),
    forcePathStyle: place.pathStyle,
    maxAttempts: 3,
    requestHandler: new NodeHttpHandler({ connectionTimeout: 5_000, requestTimeout: 120_000 }),
    // Other vendors know no checksum of the newer kinds, and every byte is checked by ours.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  const full = (key: string): string => (prefix === "" ? key : `${prefix}/${key}`);
  const short = (key: string): string => (prefix === "" ? key : key.slice(prefix.length + 1));
  const failed = (key: string, error: unknown): unknown => toStorageError(error, key, where);
  const sealed =
    place.encryption === null
      ? {}
      : place.encryption.kind === "AES256"
        ? { ServerSideEncryption: "AES256" as const }
        : {
            ServerSideEncryption: "aws:kms" as const,
            ...(place.encryption.key_id === undefined ? {} : { SSEKMSKeyId: place.encryption.key_id }),
          };
  /** Ends uploads under a prefix that began before `before`. */
  async function clear(under: string, before: number): Promise<void> {
    const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: full(under) }));
    for (const { Key, UploadId, Initiated } of Uploads ?? []) {
      if (Key === undefined || UploadId === undefined || (Initiated?.getTime() ?? 0) >= before) continue;
      await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }));
    }
  }
  return {
    where,
    put: async (key, body, signal) => {
      signal?.throwIfAborted();
      const upload = new Upload({
        client,
        params: { Bucket: bucket, Key: full(key), Body: body, ...sealed },
        partSize: PART_BYTES,
        queueSize: PARTS_AT_ONCE,
        // The SDK's own clearing away hides what went wrong when it fails itself.
        leavePartsOnError: true,
      });
      // What breaks the body must end the upload: of itself it would wait, or take what came for all.
      const broken = Promise.withResolvers<never>();
      broken.promise.catch(() => undefined);
      const stop = (error: unknown): void => {
        broken.reject(error);
        void upload.abort().catch(() => undefined);
      };
      const onAbort = (): void => stop(signal?.reason);
      body.on("error", stop);
      signal?.addEventListener("abort", onAbort, { once: true });
      const done = upload.done();
      try {
        await Promise.race([done, broken.promise]);
      } catch (error) {
        body.destroy();
        await upload.abort().catch(() => undefined);
        await done.catch(() => undefined);
        await clear(key, Number.POSITIVE_INFINITY).catch(() => undefined);
        throw failed(key, error);
      } finally {
        signal?.removeEventListener("abort", onAbort);
      }
    },
    read: async (key, signal) => {
      try {
        const { Body } = await client.send(
          new GetObjectCommand({ Bucket: bucket, Key: full(key) }),
          signal === undefined ? {} : { abortSignal: signal },
        );
        if (!(Body instanceof Readable)) throw new StorageError("failed", `${key} came without content from ${where}`);
        return Body;
      } catch (error) {
        throw failed(key, error);
      }
    },
    list: async (under, signal) => {
      const found: StoredObject[] = [];
      try {
        for (let token: string | undefined, more = true; more; ) {
          const page = await client.send(
            new ListObjectsV2Command({ Bucket: bucket, Prefix: full(under), ContinuationToken: token }),
            signal === undefined ? {} : { abortSignal: signal },
          );
          for (const { Key, Size } of page.Contents ?? []) {
            if (Key !== undefined) found.push({ key: short(Key), bytes: Size ?? 0 });
          }
          token = page.NextContinuationToken;
          more = page.IsTruncated === true && token !== undefined;
        }
      } catch (error) {
        throw failed(under, error);
      }
      return found.sort((a, b) => (a.key < b.key ? -1 : 1));
    },
    remove: async (keys) => {
      for (let at = 0; at < keys.length; at += DELETE_AT_ONCE) {
        const Objects = keys.slice(at, at + DELETE_AT_ONCE).map((key) => ({ Key: full(key) }));
        try {
          const { Errors } = await client.send(
            new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
          );
          const [first] = Errors ?? [];
          if (first !== undefined) {
            throw new StorageError("failed", `${first.Key} could not be deleted from ${where}: ${first.Code}`);
          }
        } catch (error) {
          throw failed(keys[at] ?? "", error);
        }
      }
    },
    sweep: async (under, before) => {
      try {
        await clear(under, before);
      } catch (error) {
        // Not every vendor lists unfinished uploads; those clear them away by a rule of the bucket.
        if (error instanceof S3ServiceException && [405, 501].includes(error.$metadata.httpStatusCode ?? 0)) return;
        throw failed(under, error);
      }
    },
  };
}

/** The message says what and where; the SDK's own may repeat a signed address. */
function toStorageError(error: unknown, key: string, where: string): unknown {
  if (error instanceof StorageError) return error;
  if (error instanceof S3ServiceException) {
    const status = error.$metadata.httpStatusCode ?? 0;
    const code = codeOf(error.name, status);
    const said = code === "missing" ? "is not there" : `could not be read or written (${error.name}, ${status})`;
    return new StorageError(code, `${key} ${said} in ${where}`, { cause: new Error(error.name) });
  }
  const system = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  const name = error instanceof Error ? error.name : "";
  if (/^E[A-Z]+$/.test(system) || name === "TimeoutError" || name === "CredentialsProviderError") {
    const why = system === "" ? name : system;
    const code = name === "CredentialsProviderError" ? "denied" : "unreachable";
    return new StorageError(code, `${where} could not be reached (${why})`, { cause: new Error(why) });
  }
  return error;
}

function codeOf(name: string, status: number): StorageErrorCode {
  if (name === "NoSuchKey" || name === "NotFound") return "missing";
  if (status === 401 || status === 403) return "denied";
  if (status === 507 || /Quota|StorageFull|InsufficientStorage/i.test(name)) return "full";
  return status >= 500 || status === 429 ? "unreachable" : "failed";
}
