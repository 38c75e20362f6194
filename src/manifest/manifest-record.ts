import type { Json } from "#src/manifest/canonical";
import type { Queryable } from "#src/manifest/manifest-records";
import type { ReleaseState } from "#src/release/state";

/**
 * What stands beside a frozen manifest: who and when, the audit trail's end at that moment, and what the checks said of it.
 * None of it is hashed: the same facts, frozen by somebody else tomorrow, are the same manifest. What checks say of the
 * manifest that the release holds now says nothing about one it held before.
 */
export async function manifestRecord(database: Queryable, release: ReleaseState, hash: string): Promise<Json> {
  const { rows } = await database.query<{ position: string; hash: string; at: Date }>(
    `SELECT position, encode(hash, 'hex') AS hash, at FROM golive.journal
      WHERE stream = $1 AND type = 'manifest-frozen' AND body::jsonb #>> '{data,hash}' = $2
      ORDER BY position DESC LIMIT 1`,
    [`release/${release.id}`, hash],
  );
  const frozen = rows[0];
  const isHeld = release.manifest?.hash === hash;
  return {
    release: release.id,
    number: release.number,
    requested_by: release.requester.name,
    frozen_at: frozen?.at.toISOString() ?? null,
    audit_head: frozen === undefined ? null : { position: Number(frozen.position), hash: frozen.hash },
    health: Object.fromEntries(
      release.checklist.checks.map(({ id }) => {
        const check = release.checks[id];
        const result = isHeld && check?.status === "finished" ? check.result : null;
        return [
          id,
          result === null || result === undefined
            ? { verdict: null }
            : { verdict: result.verdict, value: result.value, evidence: result.evidenceHash },
        ];
      }),
    ),
  };
}
