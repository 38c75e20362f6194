-- How each process is doing: one row per process, written every few seconds of machine time. A row that is no longer renewed
-- is a process that is gone; the clock that says so is this database's, whatever the machines' clocks say.

CREATE TABLE golive.process_sample (
  holder text PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('bot', 'command')),
  sampled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- How long the event loop was watched for the next number.
  observed_ms double precision NOT NULL,
  event_loop_lag_ms double precision NOT NULL,
  rss_bytes double precision NOT NULL,
  -- Of one core.
  cpu_share double precision NOT NULL
);

GRANT SELECT, INSERT, UPDATE, DELETE ON golive.process_sample TO golive_app;
