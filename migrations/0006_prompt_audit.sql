-- One row per request to a model: what was really sent and received, never the prompt or the answer. The bot can add rows and
-- read them, nothing else.
CREATE TABLE golive.prompt_audit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  operation text NOT NULL CHECK (operation IN ('converse', 'embed')),
  service text NOT NULL,
  release text,
  manifest text CHECK (manifest ~ '^[0-9a-f]{64}$'),
  purpose text NOT NULL,
  model_asked text NOT NULL,
  -- As the provider says; null when it doesn't.
  model_answered text,
  prompt_sha256 text NOT NULL CHECK (prompt_sha256 ~ '^[0-9a-f]{64}$'),
  few_shot_ids text[] NOT NULL,
  cot boolean NOT NULL,
  -- As sent. Null: not sent, because the model doesn't take it; an embedding takes none of them.
  temperature double precision,
  top_p double precision,
  top_k integer,
  -- The number that was sent, or 'unsupported' by the model.
  seed text NOT NULL CHECK (seed ~ '^([0-9]{1,9}|unsupported)$'),
  max_tokens integer,
  input_tokens integer,
  output_tokens integer,
  -- Requests sent, retries and a repair try included; 0 when it was refused before.
  attempts integer NOT NULL CHECK (attempts >= 0),
  -- 'answered', or the code of the ModelError.
  outcome text NOT NULL,
  milliseconds integer NOT NULL CHECK (milliseconds >= 0)
);
CREATE INDEX prompt_audit_service ON golive.prompt_audit (service, id DESC);
CREATE INDEX prompt_audit_manifest ON golive.prompt_audit (manifest, id) WHERE manifest IS NOT NULL;

CREATE TRIGGER prompt_audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON golive.prompt_audit
  FOR EACH STATEMENT EXECUTE FUNCTION golive.refuse_change();
ALTER TABLE golive.prompt_audit ENABLE ALWAYS TRIGGER prompt_audit_append_only;

GRANT SELECT, INSERT ON golive.prompt_audit TO golive_app;
