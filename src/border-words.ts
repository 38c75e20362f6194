import { JournalError } from "#src/journal/journal-error";
import { createScrubber } from "#src/log";
import { ModelError } from "#src/models/model-error";
import { RagServiceError } from "#src/rag/service-error";
import { RagStoreError } from "#src/rag/store-error";
import { IdentityError } from "#src/slack/identity-error";

/** Their messages are made for people, and hold neither connection strings nor tokens. */
const BORDERS = [JournalError, RagStoreError, RagServiceError, ModelError, IdentityError] as const;

const scrub = createScrubber([]);

/**
 * What a channel may read of an error: the words of our own borders. A driver's may have a whole connection string in them, so that of anything
 * else only the log says more: whoever calls this writes it there.
 */
export const borderWords = (error: unknown): string =>
  error instanceof Error && BORDERS.some((border) => error instanceof border)
    ? scrub(error.message)
    : "it could not be done just now; the log says more";
