-- The documents a release stands on.

-- Frozen manifests, by their hash. Canonical JSON text; never changed.
CREATE TABLE golive.manifest (
  hash text PRIMARY KEY CHECK (hash ~ '^[0-9a-f]{64}$'),
  service text NOT NULL,
  body text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE golive.backup (
  id text PRIMARY KEY,
  service text NOT NULL,
  release text,
  body text NOT NULL,
  digest text NOT NULL,
  state text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  proven_at timestamptz
);
CREATE INDEX backup_service ON golive.backup (service, created_at DESC);

CREATE TRIGGER manifest_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON golive.manifest
  FOR EACH STATEMENT EXECUTE FUNCTION golive.refuse_change();
ALTER TABLE golive.manifest ENABLE ALWAYS TRIGGER manifest_append_only;

GRANT SELECT, INSERT ON golive.manifest, golive.backup TO golive_app;
GRANT UPDATE (state, proven_at) ON golive.backup TO golive_app;
