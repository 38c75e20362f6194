-- Evaluations: what was planned, what was answered, what the judge said. Each step is one row that is added once: a process
-- that dies leaves everything that was paid for, and whoever goes on asks for the rest only.

CREATE TABLE golive.evaluation_run (
  id text PRIMARY KEY,
  service text NOT NULL,
  -- SHA-256 of `body`: the same command finds the run that it began.
  plan text NOT NULL CHECK (plan ~ '^[0-9a-f]{64}$'),
  body text NOT NULL,
  state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'finished', 'cancelled', 'inconclusive')),
  reason text,
  started_at timestamptz NOT NULL,
  ended_at timestamptz,
  CHECK ((state = 'running') = (ended_at IS NULL))
);
CREATE UNIQUE INDEX evaluation_run_open ON golive.evaluation_run (service, plan) WHERE state = 'running';
CREATE INDEX evaluation_run_service ON golive.evaluation_run (service, started_at DESC, id DESC);

-- A trial: one case, asked once.
CREATE TABLE golive.evaluation_case (
  run text NOT NULL REFERENCES golive.evaluation_run,
  place integer NOT NULL CHECK (place >= 0),
  repeat integer NOT NULL CHECK (repeat >= 0),
  case_id text NOT NULL,
  gold text NOT NULL,
  PRIMARY KEY (run, place),
  UNIQUE (run, case_id, repeat)
);

CREATE TABLE golive.evaluation_reply (
  run text NOT NULL,
  place integer NOT NULL,
  answered boolean NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (run, place),
  FOREIGN KEY (run, place) REFERENCES golive.evaluation_case
);

CREATE TABLE golive.evaluation_verdict (
  run text NOT NULL,
  place integer NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('graded', 'refusal', 'ungraded', 'failed')),
  body text NOT NULL,
  PRIMARY KEY (run, place),
  FOREIGN KEY (run, place) REFERENCES golive.evaluation_reply
);

-- What the judge answered, by the SHA-256 of the whole request. The same request is not paid for twice, in whatever run; the
-- governed service's answers are never taken from here.
CREATE TABLE golive.evaluation_judgement (
  request text PRIMARY KEY CHECK (request ~ '^[0-9a-f]{64}$'),
  epoch text NOT NULL,
  output text NOT NULL,
  input_tokens integer NOT NULL,
  output_tokens integer NOT NULL,
  made_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX evaluation_judgement_epoch ON golive.evaluation_judgement (epoch);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['evaluation_case', 'evaluation_reply', 'evaluation_verdict', 'evaluation_judgement'] LOOP
    EXECUTE format('CREATE TRIGGER %1$s_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON golive.%1$I
      FOR EACH STATEMENT EXECUTE FUNCTION golive.refuse_change()', name);
    EXECUTE format('ALTER TABLE golive.%1$I ENABLE ALWAYS TRIGGER %1$s_append_only', name);
  END LOOP;
END $$;

GRANT SELECT, INSERT ON golive.evaluation_run, golive.evaluation_case, golive.evaluation_reply, golive.evaluation_verdict,
  golive.evaluation_judgement TO golive_app;
-- A run ends once; nothing else about it changes.
GRANT UPDATE (state, reason, ended_at) ON golive.evaluation_run TO golive_app;
