import { v5 } from "uuid";
import type { QueueName } from "#src/journal/journal";

const NAMESPACE = "6a4b1f0e-6f0c-4c0e-9d53-2f6a3c1c7b11";

/** The id of the one job that `cause` makes in `queue`: UUIDv5 of both. */
export function jobId(cause: string, queue: QueueName): string {
  return v5(JSON.stringify([cause, queue]), NAMESPACE);
}
