type Parts = { readonly vendor: string | null; readonly name: string; readonly version: string | null };

const REGION = /^(?:us-gov|us|eu|apac|jp|au|ca|global)\./;

/** The parts of a Bedrock model id, of its ARN or profile, or of the shorter name that a vendor's own answer holds. */
function partsOf(id: string): Parts {
  const bare = id.slice(id.lastIndexOf("/") + 1).replace(REGION, "");
  const vendor = /^([a-z][a-z0-9-]*)\.(?=[a-z])/.exec(bare)?.[1] ?? null;
  const rest = vendor === null ? bare : bare.slice(vendor.length + 1);
  const version = /-v\d+(?::\d+)*$/.exec(rest)?.[0] ?? null;
  return { vendor, name: version === null ? rest : rest.slice(0, -version.length), version };
}

/**
 * Whether the model that says it answered is one that was asked. Vendors answer with their own, shorter names: Claude asked as
 * `eu.anthropic.claude-…-v1:0` calls itself `claude-…`. What both names say must agree; what one leaves out doesn't count.
 */
export function sameModel(asked: string, answered: string): boolean {
  const [a, b] = [partsOf(asked), partsOf(answered)];
  const agree = (left: string | null, right: string | null) => left === null || right === null || left === right;
  return a.name === b.name && agree(a.vendor, b.vendor) && agree(a.version, b.version);
}

/** An id that doesn't say which model is behind it: profiles of an application, provisioned and imported models. */
export const isOpaque = (model: string): boolean =>
  /:(?:application-inference-profile|provisioned-model|custom-model-deployment|imported-model)\//.test(model);
