import type { Config } from "#src/config/load-config";
import { schedulesSchema } from "#src/config/schedules-config";
import type { OperationKind } from "#src/operations/operation";

/** The same configuration with support-docs scheduled so, in Berlin and without jitter. */
export function scheduleWith(config: Config, crons: Partial<Record<OperationKind, string>>): Config {
  const service = config.golive.services["support-docs"];
  if (service === undefined) throw new Error("there is no support-docs");
  const kinds = Object.entries(crons).map(([kind, at]) => [kind, { at, jitter_min: 0 }]);
  const schedules = schedulesSchema.parse({ time_zone: "Europe/Berlin", ...Object.fromEntries(kinds) });
  const services = { ...config.golive.services, "support-docs": { ...service, schedules } };
  return { ...config, golive: { ...config.golive, services } };
}
