-- What the monitor keeps of a canary between two buckets. Everything here can be computed anew from the observations; that each bucket is closed
-- once, in one order and over one set of observations is what the tables are for.

-- Who came since a snapshot, without looking at everything from before. By service, since each asks for its own; a batch shares one value.
CREATE INDEX observation_arrival ON golive.observation (service, tx);

-- One row per canary, locked by whoever closes: one replica at a time.
CREATE TABLE golive.canary_state (
  canary text PRIMARY KEY CHECK (canary <> ''),
  -- CanaryState as JSON; numbers that JSON can't say are said in words. Text: jsonb would rewrite numbers.
  state text NOT NULL,
  -- The worst questions of each KPI, three at most; as JSON.
  worst text NOT NULL,
  -- SHA-256 over the state and its last bucket.
  digest text NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
  -- Different questions that were compared.
  asked integer NOT NULL DEFAULT 0 CHECK (asked >= 0),
  -- Every bucket up to here is closed, those too in which nothing was.
  through integer NOT NULL,
  -- Every bucket up to here is over. Behind `through` only while people may still extend the window.
  watermark integer NOT NULL,
  -- The newest event of each arm up to the watermark, milliseconds since 1970.
  heard_baseline double precision,
  heard_canary double precision,
  -- What was seen when this was written: whoever is not in it, and belongs to a closed bucket, came late.
  seen pg_snapshot NOT NULL,
  CHECK (watermark >= through)
);

CREATE TABLE golive.canary_bucket (
  canary text NOT NULL REFERENCES golive.canary_state (canary),
  -- Quarters of an hour since 1970, by the time of the event.
  bucket integer NOT NULL,
  -- Observations that were counted.
  observations integer NOT NULL CHECK (observations > 0),
  -- Of the state after it was closed, as in canary_state.
  digest text NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
  -- What charts are drawn from, as JSON.
  figures text NOT NULL,
  seen pg_snapshot NOT NULL,
  closed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (canary, bucket)
);

-- For which KPIs a question counted in which bucket: asked again, it tells nothing new. A hash, since an id may be longer than an index row.
CREATE TABLE golive.canary_question (
  canary text NOT NULL,
  key uuid NOT NULL,
  bucket integer NOT NULL,
  -- One bit for each place in the policy.
  kpis integer NOT NULL,
  PRIMARY KEY (canary, key, bucket),
  FOREIGN KEY (canary, bucket) REFERENCES golive.canary_bucket (canary, bucket)
);

CREATE TRIGGER canary_bucket_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON golive.canary_bucket
  FOR EACH STATEMENT EXECUTE FUNCTION golive.refuse_change();
ALTER TABLE golive.canary_bucket ENABLE ALWAYS TRIGGER canary_bucket_append_only;
CREATE TRIGGER canary_question_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON golive.canary_question
  FOR EACH STATEMENT EXECUTE FUNCTION golive.refuse_change();
ALTER TABLE golive.canary_question ENABLE ALWAYS TRIGGER canary_question_append_only;

GRANT SELECT, INSERT, UPDATE ON golive.canary_state TO golive_app;
GRANT SELECT, INSERT ON golive.canary_bucket, golive.canary_question TO golive_app;
