-- How many model calls may be under way, and how fast they may follow each other: over all processes, on this database's
-- real clock. Kept are facts (who takes part, who asks, when the last call started); when the next may start follows.

-- Highest first; the order of an enum is the order in which its values stand.
CREATE TYPE golive.model_priority AS ENUM ('rollback-smoke', 'canary-probe', 'go-live', 'nightly', 'weekly');

-- One row. Its lock puts everything that changes these three tables into one line.
CREATE TABLE golive.model_limit (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  -- The last start that was given out, and how many calls it stands for.
  started_at timestamptz NOT NULL DEFAULT 'epoch',
  started_calls integer NOT NULL DEFAULT 0,
  -- The database's clock at the last change: it must not be seen to run backwards.
  seen_at timestamptz NOT NULL DEFAULT 'epoch'
);
INSERT INTO golive.model_limit DEFAULT VALUES;

-- A process that makes model calls, and for how long it counts without a word from it. Everything of a process that died
-- goes with this row: its places, its place in the line, its settings.
CREATE TABLE golive.model_limit_member (
  id uuid PRIMARY KEY,
  -- Counts what it said. A word that arrives after a later one is not heard.
  turn bigint NOT NULL,
  lease_until timestamptz NOT NULL,
  max_in_flight integer NOT NULL CHECK (max_in_flight > 0),
  per_second double precision NOT NULL CHECK (per_second > 0 AND per_second < 'infinity'),
  -- Places it can use at once.
  workers integer NOT NULL CHECK (workers >= 0)
);

-- A call that waits for a place or holds one. The id is its maker's: asking again, after a lost answer, is the same call.
CREATE TABLE golive.model_limit_request (
  id uuid PRIMARY KEY,
  member uuid NOT NULL REFERENCES golive.model_limit_member (id) ON DELETE CASCADE,
  priority golive.model_priority NOT NULL,
  calls integer NOT NULL CHECK (calls > 0),
  -- The line: given out under the lock of golive.model_limit.
  position bigint GENERATED ALWAYS AS IDENTITY,
  -- Null: it waits. Otherwise it holds a place, and may start at that moment.
  start_at timestamptz
);

GRANT SELECT ON golive.model_limit, golive.model_limit_member, golive.model_limit_request TO golive_app;

-- Drops whoever wasn't heard of for its lease.
CREATE FUNCTION golive.model_limit_expire(p_now timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_back interval;
BEGIN
  SELECT l.seen_at - p_now INTO STRICT v_back FROM golive.model_limit l;
  IF v_back > interval '0' THEN
    -- The clock was set back. What lay ahead of the old time lies as far ahead of the new one: nobody waits out the jump.
    UPDATE golive.model_limit SET started_at = started_at - v_back;
    UPDATE golive.model_limit_member SET lease_until = lease_until - v_back;
    UPDATE golive.model_limit_request SET start_at = start_at - v_back WHERE start_at IS NOT NULL;
  END IF;
  UPDATE golive.model_limit SET seen_at = p_now;
  DELETE FROM golive.model_limit_member m WHERE m.lease_until <= p_now;
END $$;

-- The limits in force: of the members' settings, the stricter ones. While replicas with different configurations run (a
-- deployment, a mistake) the account's true limit is known to one of them; obeying the stricter can't exceed it. The looser
-- one comes into force when the last stricter process has gone or was not heard of for its lease.
-- `lead`: how long before its start a place is given out, so that the way of the answer doesn't delay the start. Short: a
-- better request that comes within it goes second.
CREATE FUNCTION golive.model_limit_now(OUT max_in_flight integer, OUT gap interval, OUT next_at timestamptz, OUT lead interval)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_per_second double precision;
BEGIN
  SELECT min(m.max_in_flight), min(m.per_second) INTO max_in_flight, v_per_second FROM golive.model_limit_member m;
  gap := make_interval(secs => 1 / v_per_second);
  lead := least(gap / 2, interval '50 milliseconds');
  SELECT l.started_at + make_interval(secs => l.started_calls / v_per_second) INTO next_at FROM golive.model_limit l;
END $$;

-- Gives places to those first in line, as long as there are some and the rate allows it. Whoever else than `p_by` gets one
-- is told; if that is lost, its owner finds it when it looks the next time.
CREATE FUNCTION golive.model_limit_grant(p_now timestamptz, p_by uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_limit record;
  v_first record;
BEGIN
  LOOP
    SELECT * INTO v_limit FROM golive.model_limit_now();
    EXIT WHEN v_limit.max_in_flight IS NULL OR v_limit.next_at - v_limit.lead > p_now;
    EXIT WHEN v_limit.max_in_flight <= (SELECT count(*) FROM golive.model_limit_request r WHERE r.start_at IS NOT NULL);
    SELECT r.id, r.member, r.calls INTO v_first
    FROM golive.model_limit_request r JOIN golive.model_limit_member m ON m.id = r.member
    WHERE r.start_at IS NULL
      AND m.workers > (SELECT count(*) FROM golive.model_limit_request h WHERE h.member = m.id AND h.start_at IS NOT NULL)
    ORDER BY r.priority, r.position LIMIT 1;
    EXIT WHEN NOT FOUND;

    -- From the due time, not from now: being a little early or late at each start would add up. But what was not used
    -- is gone: never from a time that has passed.
    UPDATE golive.model_limit SET started_at = greatest(p_now, v_limit.next_at), started_calls = v_first.calls;
    UPDATE golive.model_limit_request r SET start_at = greatest(p_now, v_limit.next_at) WHERE r.id = v_first.id;
    IF v_first.member <> p_by THEN
      PERFORM pg_notify('golive_model_limit', v_first.member::text);
    END IF;
  END LOOP;
END $$;

-- A member's word: I am here, and these (p_ids) are the calls that I wait for or make. Calls of its own that it doesn't name
-- are over, and their places free. The answer: which of them hold a place, in how many milliseconds each may start (zero or
-- less: now), and in how many to look again if nothing was heard (null: nothing waits). Null to whoever is not, or no
-- longer, a member: it holds nothing.
-- p_now: the database's clock, read under the lock.
CREATE FUNCTION golive.model_limit_turn_at(
  p_now timestamptz, p_member uuid, p_join boolean, p_turn bigint, p_lease_ms integer, p_max_in_flight integer,
  p_per_second double precision, p_workers integer, p_ids uuid[], p_priorities text[], p_calls integer[]
) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_until timestamptz := p_now + make_interval(secs => p_lease_ms / 1000.0);
  v_limit record;
  v_look timestamptz;
BEGIN
  PERFORM golive.model_limit_expire(p_now);
  IF p_join THEN
    INSERT INTO golive.model_limit_member (id, turn, lease_until, max_in_flight, per_second, workers)
    VALUES (p_member, 0, v_until, p_max_in_flight, p_per_second, p_workers) ON CONFLICT (id) DO NOTHING;
  END IF;
  UPDATE golive.model_limit_member m
  SET turn = p_turn, lease_until = v_until, max_in_flight = p_max_in_flight, per_second = p_per_second, workers = p_workers
  WHERE m.id = p_member AND m.turn < p_turn;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;

  DELETE FROM golive.model_limit_request r WHERE r.member = p_member AND r.id <> ALL (p_ids);
  INSERT INTO golive.model_limit_request (id, member, priority, calls)
  SELECT w.id, p_member, w.priority::golive.model_priority, w.calls
  FROM unnest(p_ids, p_priorities, p_calls) WITH ORDINALITY AS w (id, priority, calls, place)
  ORDER BY w.place
  ON CONFLICT (id) DO NOTHING;
  PERFORM golive.model_limit_grant(p_now, p_member);

  IF EXISTS (SELECT 1 FROM golive.model_limit_request r WHERE r.member = p_member AND r.start_at IS NULL) THEN
    SELECT * INTO v_limit FROM golive.model_limit_now();
    -- When the rate allows the next; or, if only a place is missing, when a lease ends. Who frees a place tells who gets
    -- it; looking every quarter of a start (25 ms to 1 s) makes up for words that are lost.
    v_look := CASE WHEN v_limit.next_at - v_limit.lead > p_now THEN v_limit.next_at - v_limit.lead
      ELSE least(p_now + greatest(interval '25 milliseconds', least(interval '1 second', v_limit.gap / 4)),
        (SELECT min(m.lease_until) FROM golive.model_limit_member m WHERE m.id <> p_member)) END;
  END IF;
  RETURN jsonb_build_object(
    'lookInMs', extract(epoch FROM v_look - p_now) * 1000,
    'held', coalesce((SELECT jsonb_object_agg(r.id, extract(epoch FROM r.start_at - p_now) * 1000)
      FROM golive.model_limit_request r WHERE r.member = p_member AND r.start_at IS NOT NULL), '{}'));
END $$;

-- A member's last word. Its places are given to whoever waits.
CREATE FUNCTION golive.model_limit_leave_at(p_now timestamptz, p_member uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM golive.model_limit_expire(p_now);
  DELETE FROM golive.model_limit_member m WHERE m.id = p_member;
  PERFORM golive.model_limit_grant(p_now, p_member);
END $$;

-- What the bot may call. First the lock, then the time: clock_timestamp, because now() is when the waiting for the lock began.
CREATE FUNCTION golive.model_limit_turn(
  p_member uuid, p_join boolean, p_turn bigint, p_lease_ms integer, p_max_in_flight integer,
  p_per_second double precision, p_workers integer, p_ids uuid[], p_priorities text[], p_calls integer[]
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM 1 FROM golive.model_limit l FOR UPDATE;
  RETURN golive.model_limit_turn_at(clock_timestamp(), p_member, p_join, p_turn, p_lease_ms, p_max_in_flight,
    p_per_second, p_workers, p_ids, p_priorities, p_calls);
END $$;

CREATE FUNCTION golive.model_limit_leave(p_member uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM 1 FROM golive.model_limit l FOR UPDATE;
  PERFORM golive.model_limit_leave_at(clock_timestamp(), p_member);
END $$;

REVOKE ALL ON FUNCTION golive.model_limit_expire, golive.model_limit_now, golive.model_limit_grant,
  golive.model_limit_turn_at, golive.model_limit_leave_at, golive.model_limit_turn, golive.model_limit_leave FROM PUBLIC;
GRANT EXECUTE ON FUNCTION golive.model_limit_turn, golive.model_limit_leave TO golive_app;
