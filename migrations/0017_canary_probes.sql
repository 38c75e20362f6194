-- Questions of a service's gold dataset that are asked of both runs of a canary. What came of them stands in golive.observation; here is
-- which were asked, and who is asking now.

-- One row per canary that is probed.
CREATE TABLE golive.canary_probing (
  canary text PRIMARY KEY CHECK (canary <> ''),
  -- Of the file that the questions were taken from; null: none could be taken yet.
  gold_sha256 text,
  -- Domain time from which on the next question may be asked.
  next_at timestamptz NOT NULL DEFAULT 'epoch',
  -- This database's time before which nothing is tried: the service or the judge was away.
  wait_until timestamptz NOT NULL DEFAULT 'epoch',
  -- What kept the last try from coming to an end, in a sentence; null: nothing did.
  trouble text
);

-- The questions in the order in which they are asked, as they stood in the file: it may be another one tomorrow.
CREATE TABLE golive.canary_probe (
  canary text NOT NULL REFERENCES golive.canary_probing (canary),
  place integer NOT NULL CHECK (place >= 0),
  question text NOT NULL CHECK (question <> ''),
  gold text NOT NULL,
  first_arm text NOT NULL CHECK (first_arm IN ('baseline', 'canary')),
  -- How often one arm alone could not be reached.
  tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
  -- Who asks it. Whoever isn't heard of by `lease_until` (this database's time) asks it no longer.
  holder uuid,
  lease_until timestamptz,
  -- Domain time at which both observations were stored, in the same transaction.
  done_at timestamptz,
  PRIMARY KEY (canary, place),
  UNIQUE (canary, question),
  CHECK ((holder IS NULL) = (lease_until IS NULL)),
  CHECK (done_at IS NULL OR holder IS NULL)
);

GRANT SELECT, INSERT ON golive.canary_probing, golive.canary_probe TO golive_app;
GRANT UPDATE (gold_sha256, next_at, wait_until, trouble) ON golive.canary_probing TO golive_app;
GRANT UPDATE (tries, holder, lease_until, done_at) ON golive.canary_probe TO golive_app;
