-- SLOs: what the requests of each hour came to, so that 28 days of them outlive the observations themselves and cost a look little. Every
-- observation is added once, whenever it comes: which are new is said by the order of commits, as for canaries, and by no clock.

-- How far a service's observations are added up. The row's lock is what makes one replica at a time go on.
CREATE TABLE golive.slo_rollup (
  service text PRIMARY KEY CHECK (service <> ''),
  -- Everything that is visible in this was added.
  seen pg_snapshot NOT NULL DEFAULT '3:3:',
  -- What is visible in this, and not in the other, is being added, in the order of (tx, at, trace); null: nothing is under way.
  target pg_snapshot,
  cursor_tx xid8,
  cursor_at timestamptz,
  cursor_trace text,
  -- Domain time of the last one that came to its end.
  rolled_at timestamptz,
  -- Rows that could not be read.
  unreadable bigint NOT NULL DEFAULT 0,
  -- The newest five minutes (since 1970, domain time) at whose end it was decided what follows.
  looked bigint,
  CHECK ((target IS NULL) = (cursor_tx IS NULL))
);

-- Sums of an hour, and of five minutes, of what users asked and of Golive's own probes.
CREATE TABLE golive.slo_figures (
  service text NOT NULL,
  minutes smallint NOT NULL CHECK (minutes IN (5, 60)),
  -- When it begins.
  at timestamptz NOT NULL,
  arm text NOT NULL CHECK (arm IN ('baseline', 'canary')),
  path text NOT NULL CHECK (path IN ('user', 'probe')),
  -- src/operations/slo/figures.ts as JSON.
  figures text NOT NULL,
  PRIMARY KEY (service, minutes, at, arm, path)
);

-- Each gold question with its newest score. Asked again, it tells nothing new: this one counts, and the one before no more.
CREATE TABLE golive.slo_question (
  service text NOT NULL,
  -- 'pair/<run>/<config>' where Golive asked (evaluations, probes), 'trace/<arm>' where the service's own traces say so.
  origin text NOT NULL,
  -- Of the question's id, which may be longer than an index row.
  key uuid NOT NULL,
  score text NOT NULL CHECK (score IN ('oracle_prefilter', 'reader_used_gold')),
  value double precision NOT NULL CHECK (value >= 0 AND value <= 1),
  at timestamptz NOT NULL,
  PRIMARY KEY (service, origin, key, score)
);

-- Evaluations that ended, and what each shows of how it was made. Its questions are in golive.slo_question.
CREATE TABLE golive.slo_evaluation (
  run text PRIMARY KEY,
  service text NOT NULL,
  ended_at timestamptz NOT NULL,
  asked integer NOT NULL CHECK (asked >= 0),
  hard_timeouts integer NOT NULL CHECK (hard_timeouts >= 0),
  -- Answers that don't show how they were made.
  unshown integer NOT NULL CHECK (unshown >= 0),
  -- Its own, or one that was frozen when the same pair went live; null: there is none.
  manifest text,
  -- Of a pair that was live, or with a manifest of its own. Others are somebody's experiments, and nobody's evidence.
  counted boolean NOT NULL
);
CREATE INDEX slo_evaluation_service ON golive.slo_evaluation (service, ended_at);

-- Five minutes older than some days, hours older than every window and its baseline. Nobody, the bot included, takes away what one may still need.
CREATE FUNCTION golive.prune_slo_figures(p_slots_before timestamptz, p_hours_before timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_pruned bigint;
BEGIN
  IF p_slots_before > now() - interval '1 day' OR p_hours_before > now() - interval '180 days' THEN
    RAISE EXCEPTION 'sums of the last day, and hours of the last 180 days, may not be pruned' USING ERRCODE = 'GL003';
  END IF;
  DELETE FROM golive.slo_figures f
   WHERE (f.minutes = 5 AND f.at < p_slots_before) OR (f.minutes = 60 AND f.at < p_hours_before);
  GET DIAGNOSTICS v_pruned = ROW_COUNT;
  RETURN v_pruned;
END $$;
-- Scores older than twice a service's window, which is 90 days at most and 7 at least.
CREATE FUNCTION golive.prune_slo_questions(p_service text, p_before timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_pruned bigint;
BEGIN
  IF p_before > now() - interval '14 days' THEN
    RAISE EXCEPTION 'scores of the last 14 days may not be pruned' USING ERRCODE = 'GL003';
  END IF;
  DELETE FROM golive.slo_question q WHERE q.service = p_service AND q.at < p_before;
  GET DIAGNOSTICS v_pruned = ROW_COUNT;
  RETURN v_pruned;
END $$;
REVOKE ALL ON FUNCTION golive.prune_slo_figures, golive.prune_slo_questions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION golive.prune_slo_questions TO golive_app;
GRANT EXECUTE ON FUNCTION golive.prune_slo_figures TO golive_app;

GRANT SELECT, INSERT, UPDATE ON golive.slo_rollup, golive.slo_figures, golive.slo_question TO golive_app;
GRANT SELECT, INSERT ON golive.slo_evaluation TO golive_app;
