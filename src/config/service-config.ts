import { z } from "zod";
import { appliesSchema } from "#src/config/applies-config";
import { backupsSchema } from "#src/config/backups-config";
import { cachesSchema } from "#src/config/caches-config";
import { canaryResponseSchema } from "#src/config/canary-response-config";
import { fewShotRefreshSchema } from "#src/config/few-shot-config";
import { configurationFactsSchema, datasetsSchema, fewShotPoolSchema } from "#src/config/manifest-config";
import { modelsSchema, serviceModelsSchema } from "#src/config/models-config";
import { envName, name, slackUser } from "#src/config/names";
import { observationsSchema, serviceObservationsSchema } from "#src/config/observations-config";
import { proposalsSchema } from "#src/config/proposals-config";
import { ragServiceSchema } from "#src/config/rag-service-config";
import { ragStoreSchema, retrievalSchema } from "#src/config/rag-store-config";
import { resourcesSchema } from "#src/config/resources-config";
import { samePointerRow } from "#src/config/same-pointer-row";
import { schedulesSchema } from "#src/config/schedules-config";
import { slosSchema } from "#src/config/slos-config";
import { smokeSchema } from "#src/config/smoke-config";
import { RIGHTS } from "#src/release/policy";

const roleList = z.array(name).min(1);

const roleSchema = z
  .strictObject({
    users: z.array(slackUser).default([]),
    groups: z.array(z.string().regex(/^S[A-Z0-9]{2,}$/, "a Slack user-group id, like S012AB3CD")).default([]),
  })
  .refine((role) => role.users.length + role.groups.length > 0, "at least one user or user group");

const freezeWindowSchema = z
  .strictObject({
    name: z.string().min(1),
    from: z.iso.datetime({ offset: true }),
    to: z.iso.datetime({ offset: true }),
  })
  .refine((window) => Date.parse(window.from) < Date.parse(window.to), "`from` before `to`");

export const serviceSchema = z.strictObject({
  title: z.string().min(1).max(60),
  /** The one release channel of this service. */
  channel: z.string().regex(/^[CG][A-Z0-9]{2,}$/, "a Slack channel id, like C012AB3CD"),
  rights: z.strictObject(
    Object.fromEntries(RIGHTS.map((right) => [right, roleList])) as Record<(typeof RIGHTS)[number], typeof roleList>,
  ),
  policy: z.strictObject({
    requester_may_sign: z.boolean(),
    one_person_many_roles: z.boolean(),
    break_glass: roleList,
    /** Who signs, in addition, that a first go-live has nothing to roll back to. Name a role of its own. */
    first_go_live: name,
    waiver_max_hours: z
      .number()
      .positive()
      .max(24 * 30),
  }),
  /** Roles whose members are told when the release channel is gone. */
  on_call: roleList,
  freeze_windows: z.array(freezeWindowSchema).default([]),
  rag_store: ragStoreSchema,
  retrieval: retrievalSchema,
  rag_service: ragServiceSchema,
  /** What a rollback empties, so that nothing answers from before it. */
  caches: cachesSchema,
  observations: serviceObservationsSchema,
  canary: canaryResponseSchema,
  smoke: smokeSchema,
  schedules: schedulesSchema,
  /** What it promises while it runs, and what follows when it doesn't keep it. */
  slos: slosSchema,
  proposals: proposalsSchema,
  models: serviceModelsSchema,
  configuration_facts: configurationFactsSchema,
  datasets: datasetsSchema,
  few_shot_pool: fewShotPoolSchema,
  few_shot_refresh: fewShotRefreshSchema,
  applies: appliesSchema,
  /** Variables the service needs: the environment gate proves that each is present and parses. */
  environment: z.array(z.strictObject({ name: envName, type: z.enum(["url", "number", "region", "text"]) })),
});

/** How long evaluations are kept that are neither a baseline nor of a release that is open. */
const evaluationsSchema = z.strictObject({ keep_days: z.int().min(7).max(3_650).default(180) });

export const goliveSchema = z
  .strictObject({
    roles: z.record(name, roleSchema),
    models: modelsSchema,
    resources: resourcesSchema.prefault({}),
    backups: backupsSchema,
    evaluations: evaluationsSchema.prefault({}),
    observations: observationsSchema,
    services: z.record(name, serviceSchema),
  })
  .superRefine((config, context) => {
    if (Object.keys(config.services).length === 0) {
      context.addIssue({ code: "custom", path: ["services"], message: "at least one service" });
    }
    for (const [id, service] of Object.entries(config.services)) {
      const used: [string[], readonly string[]][] = [
        ...RIGHTS.map((right): [string[], readonly string[]] => [["rights", right], service.rights[right]]),
        [["policy", "break_glass"], service.policy.break_glass],
        [["policy", "first_go_live"], [service.policy.first_go_live]],
        [["on_call"], service.on_call],
        [["proposals", "approvers"], service.proposals.approvers ?? []],
      ];
      for (const [path, roles] of used) {
        for (const role of roles) {
          if (!Object.hasOwn(config.roles, role)) {
            const known = Object.keys(config.roles).join(", ") || "none";
            context.addIssue({
              code: "custom",
              path: ["services", id, ...path],
              message: `role \`${role}\` is not defined under roles (defined: ${known})`,
            });
          }
        }
      }
    }
    for (const { id, first } of samePointerRow(config.services)) {
      const message = `services \`${first}\` and \`${id}\` share one pointer row (url_env, table, key_column and key are equal): a cutover of one would change what the other answers. Give each its own key`;
      context.addIssue({ code: "custom", path: ["services", id, "rag_store", "pointer", "key"], message });
    }
  });

/** golive.yaml as parsed. */
export type GoliveConfig = z.infer<typeof goliveSchema>;
/** One service of golive.yaml, with its id. */
export type ServiceConfig = z.infer<typeof serviceSchema> & { readonly id: string };
