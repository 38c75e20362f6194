import { z } from "zod";
import { name } from "#src/config/names";

/** What Golive proposes to change in a service's configuration. Left out: the defaults. */
export const proposalsSchema = z
  .strictObject({
    /** One person of each of these roles has to accept. Left out: the roles that hold the right `waive`. */
    approvers: z.array(name).min(1).optional(),
    /** A proposal that nobody decided for so long is over. */
    expire_days: z.int().min(1).max(90).default(14),
  })
  .prefault({});
