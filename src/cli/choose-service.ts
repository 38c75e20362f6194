import { CliError } from "#src/cli/io";
import type { Config } from "#src/config/load-config";
import type { ServiceConfig } from "#src/config/service-config";
import { listServices } from "#src/config/to-policy";
import { nearest } from "#src/release/nearest";

/** The service that `--service` names, or the only one there is. */
export function chooseService(config: Config, named: string | undefined): ServiceConfig {
  const services = listServices(config);
  const ids = services.map((service) => service.id);
  if (named === undefined) {
    const [only, ...others] = services;
    if (only !== undefined && others.length === 0) return only;
    throw new CliError(`Which service? Nothing was done. Add --service with one of: ${ids.join(", ")}.`);
  }
  const service = services.find((each) => each.id === named);
  if (service !== undefined) return service;
  const [meant] = nearest(named, ids, 1);
  const hint = meant === undefined ? `Known: ${ids.join(", ")}.` : `Did you mean ${meant}?`;
  throw new CliError(`There is no service \`${named}\` in golive.yaml, so nothing was done. ${hint}`);
}
