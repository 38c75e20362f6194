-- The journal: facts are appended here, and nowhere else is anything true.
-- The owner (golive_owner) runs this file; the bot (golive_app) may read, and append only through the functions of
-- 0004_decisions.sql.

REVOKE ALL ON SCHEMA golive FROM PUBLIC;
GRANT USAGE ON SCHEMA golive TO golive_app;
GRANT SELECT ON golive.migration TO golive_app;

-- One row per service, locked by every decision about it: the rules span streams.
CREATE TABLE golive.service (
  id text PRIMARY KEY CHECK (id <> '')
);

CREATE TABLE golive.journal (
  -- Given out under the lock of journal_head, so that position order is commit order (a sequence's isn't).
  position bigint PRIMARY KEY CHECK (position > 0),
  -- These five repeat the body, for indexes and for people. commit_decision works them out from the body; verify compares them.
  stream text NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  service text NOT NULL,
  type text NOT NULL,
  at timestamptz NOT NULL,
  -- The exact bytes that were hashed (RFC 8785). Not jsonb: that reorders keys and rewrites numbers.
  body text NOT NULL,
  prev bytea NOT NULL CHECK (length(prev) = 32),
  hash bytea NOT NULL CHECK (length(hash) = 32),
  UNIQUE (stream, version)
);

-- The end of the chain: one row, whose lock is taken last in a decision.
CREATE TABLE golive.journal_head (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  position bigint NOT NULL,
  hash bytea NOT NULL CHECK (length(hash) = 32)
);
INSERT INTO golive.journal_head (position, hash) VALUES (0, decode(repeat('00', 32), 'hex'));

-- Every answered click, command and job, refusals too: a redelivery gets the stored outcome.
CREATE TABLE golive.intake (
  key text PRIMARY KEY,
  outcome text NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);

-- Which releases there are, kept by commit_decision from release-opened and release-closed.
CREATE TABLE golive.release (
  id text PRIMARY KEY,
  service text NOT NULL REFERENCES golive.service (id),
  number integer NOT NULL,
  open boolean NOT NULL,
  UNIQUE (service, number)
);
CREATE UNIQUE INDEX release_one_open ON golive.release (service) WHERE open;

CREATE FUNCTION golive.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'golive.% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'GL001';
END $$;

-- Per statement, so that a change that meets no row is refused too. ALWAYS: session_replication_role can't turn it off.
CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON golive.journal
  FOR EACH STATEMENT EXECUTE FUNCTION golive.refuse_change();
ALTER TABLE golive.journal ENABLE ALWAYS TRIGGER journal_append_only;
CREATE TRIGGER intake_append_only BEFORE UPDATE OR TRUNCATE ON golive.intake
  FOR EACH STATEMENT EXECUTE FUNCTION golive.refuse_change();
ALTER TABLE golive.intake ENABLE ALWAYS TRIGGER intake_append_only;

GRANT SELECT ON golive.service, golive.journal, golive.journal_head, golive.intake, golive.release TO golive_app;
