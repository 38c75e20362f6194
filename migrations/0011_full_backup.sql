-- Full backups: what Golive remembers of each. The backups themselves are in their storage, never here.
CREATE TABLE golive.full_backup (
  id text PRIMARY KEY CHECK (id ~ '^bk_\d{8}T\d{6}_[a-z2-7]{6}$'),
  service text NOT NULL,
  release text,
  description text NOT NULL,
  -- A folder, or bucket and prefix.
  location text NOT NULL,
  state text NOT NULL CHECK (state IN ('creating', 'complete', 'failed', 'deleted')),
  created_at timestamptz NOT NULL,
  -- What was live then; null for a first go-live.
  run text,
  config text,
  -- Checksum of the manifest: an edited one that fits its own checksum is found by this.
  manifest_sha256 text CHECK (manifest_sha256 ~ '^[0-9a-f]{64}$'),
  table_count integer,
  row_count bigint,
  bytes bigint,
  verified_at timestamptz,
  proven_at timestamptz,
  restored_at timestamptz,
  -- Why it failed, or what the last look found damaged.
  trouble text,
  CHECK (state <> 'complete' OR manifest_sha256 IS NOT NULL)
);
CREATE INDEX full_backup_newest ON golive.full_backup (service, created_at DESC);

GRANT SELECT, INSERT ON golive.full_backup TO golive_app;
GRANT UPDATE (state, run, config, manifest_sha256, table_count, row_count, bytes, verified_at, proven_at, restored_at, trouble)
  ON golive.full_backup TO golive_app;
