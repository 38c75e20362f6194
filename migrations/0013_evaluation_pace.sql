-- When each trial got its verdict, by this database's own clock: how long the rest will take is told from the newest ones,
-- whoever works on the run and however long it lay still in between.
ALTER TABLE golive.evaluation_verdict ADD COLUMN made_at timestamptz NOT NULL DEFAULT clock_timestamp();
