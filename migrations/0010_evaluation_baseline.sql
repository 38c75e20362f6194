-- Which evaluation others are compared with, by whose decision and why. A new baseline is a new row; the newest of a service
-- and evaluator epoch holds.
CREATE TABLE golive.evaluation_baseline (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  service text NOT NULL,
  epoch text NOT NULL CHECK (epoch ~ '^[0-9a-f]{64}$'),
  run text NOT NULL REFERENCES golive.evaluation_run,
  reason text NOT NULL CHECK (reason <> ''),
  -- Slack user id and name as resolved then; `via`: whose shell it was, where Slack doesn't vouch for it.
  set_by text NOT NULL,
  set_by_name text NOT NULL,
  via text,
  -- The baseline of an older epoch whose stored answers were graded anew for this one.
  regraded_from bigint REFERENCES golive.evaluation_baseline,
  set_at timestamptz NOT NULL
);
CREATE INDEX evaluation_baseline_newest ON golive.evaluation_baseline (service, epoch, id DESC);

CREATE TRIGGER evaluation_baseline_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON golive.evaluation_baseline
  FOR EACH STATEMENT EXECUTE FUNCTION golive.refuse_change();
ALTER TABLE golive.evaluation_baseline ENABLE ALWAYS TRIGGER evaluation_baseline_append_only;

GRANT SELECT, INSERT ON golive.evaluation_baseline TO golive_app;
