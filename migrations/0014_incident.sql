-- The document about each rollback, as it was when it was written. Another version of a rollback makes another row: what people
-- read on the day stays what they read.

CREATE TABLE golive.incident (
  rollback text NOT NULL,
  -- The version of the rollback's stream that it tells.
  version integer NOT NULL CHECK (version > 0),
  id text NOT NULL CHECK (id ~ '^inc_[0-9a-z]+$'),
  service text NOT NULL,
  number integer NOT NULL CHECK (number > 0),
  title text NOT NULL,
  opened_at timestamptz NOT NULL,
  markdown text NOT NULL,
  html text NOT NULL,
  kept_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (rollback, version)
);
CREATE INDEX incident_id ON golive.incident (id, version DESC);
CREATE INDEX incident_service ON golive.incident (service, opened_at DESC);

CREATE TRIGGER incident_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON golive.incident
  FOR EACH STATEMENT EXECUTE FUNCTION golive.refuse_change();
ALTER TABLE golive.incident ENABLE ALWAYS TRIGGER incident_append_only;

GRANT SELECT, INSERT ON golive.incident TO golive_app;
