import { z } from "zod";
import { filePath } from "#src/config/manifest-config";

const share = z.number().min(0).max(1);

/** How the examples in a service's prompts are chosen anew (docs/few-shot.md). Left out: they are not. */
export const fewShotRefreshSchema = z
  .strictObject({
    /** Who may come into the pool, relative to golive.yaml's folder. */
    candidates: filePath,
    /** The least quality of an entry. */
    quality_floor: share.default(0.7),
    /** The most entries of the pool. */
    pool_size: z.int().min(1).max(1_000).default(200),
    /** Examples in a prompt. Left out: as many as today. */
    examples: z.int().min(1).max(100).optional(),
    /** The most of them that one refresh replaces. */
    replace_share: share.default(0.34),
    /** What the coverage of the gold questions has to gain by a replacement. */
    least_gain: share.default(0.01),
    seed: z.int().min(0).default(42),
  })
  .optional();

export type FewShotRefreshConfig = NonNullable<z.infer<typeof fewShotRefreshSchema>>;
