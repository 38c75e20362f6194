-- What Slack should show. Leases, back-off and budgets run on the real clock.

-- One live message per subject (a release id). Every decision that concerns it does wanted + 1; the painter leases rows
-- with wanted > painted and renders the newest state.
CREATE TABLE golive.slack_message (
  subject text PRIMARY KEY,
  service text NOT NULL,
  channel text,
  ts text,
  wanted bigint NOT NULL DEFAULT 0,
  painted bigint NOT NULL DEFAULT 0,
  -- Who paints, and until when nobody else may. The holder's statements carry lease_by in their WHERE.
  lease_by text,
  lease_until timestamptz,
  not_before timestamptz,
  failures integer NOT NULL DEFAULT 0,
  last_error text,
  CHECK (painted <= wanted)
);
CREATE INDEX slack_message_due ON golive.slack_message (not_before) WHERE wanted > painted;

-- One-shot posts: alerts, direct messages, notes in threads. The key is deterministic: a retry posts nothing twice.
CREATE TABLE golive.outbox (
  key text PRIMARY KEY,
  service text NOT NULL,
  target jsonb NOT NULL,
  note jsonb NOT NULL,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sending', 'sent', 'dead')),
  attempts integer NOT NULL DEFAULT 0,
  not_before timestamptz,
  lease_by text,
  lease_until timestamptz,
  channel text,
  ts text,
  last_error text,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX outbox_due ON golive.outbox (created_at) WHERE state IN ('waiting', 'sending');

-- When the next call of one kind may leave, over all processes: UPDATE … SET next_at = greatest(now(), next_at) + …
CREATE TABLE golive.slack_budget (
  name text PRIMARY KEY,
  next_at timestamptz NOT NULL DEFAULT now()
);

GRANT SELECT, INSERT, UPDATE ON golive.slack_message, golive.outbox, golive.slack_budget TO golive_app;
