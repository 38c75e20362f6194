-- What the choice of few-shot examples rests on.

-- Vectors that an embedder gave, by the SHA-256 of model and request: the same text is not paid for twice, and is the same vector each time.
CREATE TABLE golive.embedding (
  request text PRIMARY KEY CHECK (request ~ '^[0-9a-f]{64}$'),
  model text NOT NULL CHECK (model <> ''),
  vector double precision[] NOT NULL CHECK (cardinality(vector) > 0),
  made_at timestamptz NOT NULL DEFAULT now()
);

-- Pools that were proposed, as they are to be written, byte for byte. Whoever accepts one finds it here, on whichever machine.
CREATE TABLE golive.few_shot_pool (
  sha256 text PRIMARY KEY,
  service text NOT NULL,
  content text NOT NULL,
  -- What it was made of when it was first proposed (files, rules, the guard's report), as JSON. Text: jsonb would rewrite numbers.
  made_of text NOT NULL,
  made_at timestamptz NOT NULL DEFAULT now(),
  CHECK (sha256 = encode(sha256(convert_to(content, 'UTF8')), 'hex'))
);

CREATE TRIGGER embedding_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON golive.embedding
  FOR EACH STATEMENT EXECUTE FUNCTION golive.refuse_change();
ALTER TABLE golive.embedding ENABLE ALWAYS TRIGGER embedding_append_only;
CREATE TRIGGER few_shot_pool_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON golive.few_shot_pool
  FOR EACH STATEMENT EXECUTE FUNCTION golive.refuse_change();
ALTER TABLE golive.few_shot_pool ENABLE ALWAYS TRIGGER few_shot_pool_append_only;

GRANT SELECT, INSERT ON golive.embedding, golive.few_shot_pool TO golive_app;
