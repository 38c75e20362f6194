-- Canary observations: one row per answered request, partitioned by UTC day of `at`, so that retention drops whole tables.
-- golive_app may read, and add through golive.store_observations only; nothing is ever changed.

CREATE TABLE golive.observation (
  service text NOT NULL CHECK (service <> ''),
  -- Rounded down to microseconds, so that no rounding carries an observation into the next bucket. The exact text is in the body.
  at timestamptz NOT NULL,
  trace_id text NOT NULL CHECK (trace_id <> ''),
  arm text NOT NULL CHECK (arm IN ('baseline', 'canary')),
  -- The line as docs/canary.md describes it, what isn't in the schema left out. Text: jsonb would rewrite numbers.
  body text NOT NULL,
  received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- With a snapshot from before, tells exactly what has been committed since; neither a clock nor a sequence can.
  tx xid8 NOT NULL DEFAULT pg_current_xact_id()
) PARTITION BY RANGE (at);
-- Without trace_id: one of 1,000 characters is too long for an index row, and what shares a microsecond is quickly sorted.
CREATE INDEX observation_order ON golive.observation (service, at);

-- Which traces there are. A unique index over partitions must hold the partition's key, so that of (service, trace, at) would take the
-- same trace a second time under another time. This table has no partitions: one row per trace, whatever its time, and whoever
-- inserts a key that another transaction is inserting waits for that one's end. A hash, since it has to fit into an index.
CREATE TABLE golive.observation_trace (
  key uuid PRIMARY KEY,
  day date NOT NULL
);
CREATE INDEX observation_trace_day ON golive.observation_trace USING brin (day) WITH (autosummarize = on);

CREATE TRIGGER observation_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON golive.observation
  FOR EACH STATEMENT EXECUTE FUNCTION golive.refuse_change();
ALTER TABLE golive.observation ENABLE ALWAYS TRIGGER observation_append_only;

-- The partition of a day. Made apart and then attached, which locks out neither readers nor writers (PARTITION OF does both).
CREATE FUNCTION golive.add_observation_day(p_day date) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
DECLARE
  v_name text := 'observation_' || to_char(p_day, 'YYYYMMDD');
BEGIN
  IF to_regclass('golive.' || v_name) IS NOT NULL THEN
    RETURN;
  END IF;
  -- The lock that attaching takes. Not an advisory one: having waited for that, the session would not know yet what was made meanwhile.
  LOCK TABLE golive.observation IN SHARE UPDATE EXCLUSIVE MODE;
  IF to_regclass('golive.' || v_name) IS NOT NULL THEN
    RETURN;
  END IF;
  IF (SELECT count(*) FROM pg_inherits WHERE inhparent = 'golive.observation'::regclass) >= 400 THEN
    RAISE EXCEPTION 'golive.observation has 400 days already; prune it first' USING ERRCODE = 'GL004';
  END IF;
  EXECUTE format(
    'CREATE TABLE golive.%1$I (LIKE golive.observation INCLUDING DEFAULTS INCLUDING CONSTRAINTS, CHECK (at >= %2$L AND at < %3$L))',
    v_name, p_day::timestamptz, (p_day + 1)::timestamptz);
  EXECUTE format('CREATE TRIGGER observation_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON golive.%I
    FOR EACH STATEMENT EXECUTE FUNCTION golive.refuse_change()', v_name);
  EXECUTE format('ALTER TABLE golive.%I ENABLE ALWAYS TRIGGER observation_append_only', v_name);
  EXECUTE format('ALTER TABLE golive.observation ATTACH PARTITION golive.%I FOR VALUES FROM (%L) TO (%L)',
    v_name, p_day::timestamptz, (p_day + 1)::timestamptz);
END $$;

-- Days ahead of time, both ends included.
CREATE FUNCTION golive.prepare_observation_days(p_from date, p_to date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF p_to - p_from > 31 THEN
    RAISE EXCEPTION 'at most 32 days are made at once' USING ERRCODE = 'GL004';
  END IF;
  FOR n IN 0 .. p_to - p_from LOOP
    PERFORM golive.add_observation_day(p_from + n);
  END LOOP;
END $$;

-- Adds what isn't there yet, all of it or nothing. Returns the places (from 1) of those that are new; the first of two with one trace
-- counts. Bodies come as lines: as an array each quote in them would be escaped there and read letter by letter here, which took longer than
-- the rest together. Keys are inserted in their order, so that two batches with the same traces wait for each other and never for one another.
CREATE FUNCTION golive.store_observations(
  p_services text[], p_at timestamptz[], p_traces text[], p_arms text[], p_bodies text
) RETURNS integer[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_day date;
  v_new integer[];
  v_bodies text[] := string_to_array(p_bodies, E'\n');
BEGIN
  -- A line break inside a body would give it to another trace.
  IF cardinality(v_bodies) <> cardinality(p_traces) THEN
    RAISE EXCEPTION '% bodies for % traces', cardinality(v_bodies), cardinality(p_traces) USING ERRCODE = '22023';
  END IF;
  FOR v_day IN SELECT DISTINCT (a.at AT TIME ZONE 'UTC')::date FROM unnest(p_at) AS a (at) LOOP
    PERFORM golive.add_observation_day(v_day);
  END LOOP;
  -- A service's id holds no slash.
  WITH given AS MATERIALIZED (
    SELECT DISTINCT ON (key) left(encode(sha256(convert_to(g.service || '/' || g.trace, 'UTF8')), 'hex'), 32)::uuid AS key, g.*
    FROM unnest(p_services, p_at, p_traces, p_arms, v_bodies) WITH ORDINALITY AS g (service, at, trace, arm, body, place)
    ORDER BY key, g.place
  ), fresh AS (
    INSERT INTO golive.observation_trace (key, day)
    SELECT g.key, (g.at AT TIME ZONE 'UTC')::date FROM given g ORDER BY g.key
    ON CONFLICT (key) DO NOTHING RETURNING key
  ), stored AS (
    INSERT INTO golive.observation (service, at, trace_id, arm, body)
    SELECT g.service, g.at, g.trace, g.arm, g.body FROM given g JOIN fresh f ON f.key = g.key
  )
  SELECT array_agg(g.place::integer) INTO v_new FROM given g JOIN fresh f ON f.key = g.key;
  RETURN coalesce(v_new, '{}');
END $$;

-- Drops whole days before `p_before`, and forgets up to `p_most` of their traces; call again until it forgets fewer. A canary takes
-- seven days at most: nobody, the bot included, can take away what one may still need.
CREATE FUNCTION golive.prune_observations(p_before date, p_most integer, OUT dropped text[], OUT forgotten integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
  v_name text;
BEGIN
  IF p_before > (now() AT TIME ZONE 'UTC')::date - 7 THEN
    RAISE EXCEPTION 'observations of the last seven days may not be pruned' USING ERRCODE = 'GL003';
  END IF;
  dropped := '{}';
  FOR v_name IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'golive.observation'::regclass AND c.relname < 'observation_' || to_char(p_before, 'YYYYMMDD')
    ORDER BY c.relname
  LOOP
    EXECUTE format('DROP TABLE golive.%I', v_name);
    dropped := dropped || v_name;
  END LOOP;
  WITH old AS (SELECT t.key FROM golive.observation_trace t WHERE t.day < p_before LIMIT p_most)
  DELETE FROM golive.observation_trace t USING old WHERE t.key = old.key;
  GET DIAGNOSTICS forgotten = ROW_COUNT;
END $$;

-- How far a service's own trace table has been read. The row's lock is what makes one replica at a time read on, and the cursor moves
-- in the transaction that stores what was read.
CREATE TABLE golive.observation_poll (
  service text PRIMARY KEY,
  -- Of the query that the cursor belongs to.
  query_sha256 text NOT NULL,
  cursor text NOT NULL,
  polled_at timestamptz NOT NULL DEFAULT 'epoch',
  accepted bigint NOT NULL DEFAULT 0,
  duplicate bigint NOT NULL DEFAULT 0,
  refused bigint NOT NULL DEFAULT 0,
  -- The last rows that could not be used, and why; or what kept the query from running.
  trouble text
);

REVOKE ALL ON FUNCTION golive.add_observation_day, golive.prepare_observation_days, golive.store_observations,
  golive.prune_observations FROM PUBLIC;
GRANT EXECUTE ON FUNCTION golive.prepare_observation_days, golive.store_observations, golive.prune_observations TO golive_app;
GRANT SELECT ON golive.observation TO golive_app;
GRANT SELECT, INSERT, UPDATE ON golive.observation_poll TO golive_app;

SELECT golive.prepare_observation_days((now() AT TIME ZONE 'UTC')::date - 1, (now() AT TIME ZONE 'UTC')::date + 3);
