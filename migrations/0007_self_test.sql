-- Proofs that a gate can fail: what came of running it on fixtures that were made for it.

CREATE TABLE golive.self_test (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  service text NOT NULL,
  gate text NOT NULL CHECK (gate <> ''),
  -- A proof is one of this version: a gate whose meaning changed has to be proven again.
  version integer NOT NULL,
  -- unproven: the gate itself is to blame; error: it could not be held against its fixtures.
  standing text NOT NULL CHECK (standing IN ('proven', 'unproven', 'error')),
  proven_at timestamptz NOT NULL DEFAULT now(),
  -- One verdict for each fixture, in order: the bad ones, then the good twin.
  verdicts text[] NOT NULL,
  -- Per fixture what it was, what the gate found and its evidence hash.
  evidence jsonb NOT NULL
);
CREATE INDEX self_test_newest ON golive.self_test (service, gate, id DESC);

CREATE TRIGGER self_test_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON golive.self_test
  FOR EACH STATEMENT EXECUTE FUNCTION golive.refuse_change();
ALTER TABLE golive.self_test ENABLE ALWAYS TRIGGER self_test_append_only;

GRANT SELECT, INSERT ON golive.self_test TO golive_app;
