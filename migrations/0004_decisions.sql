-- A decision is two calls in one READ COMMITTED transaction: open_decision locks and reads, commit_decision writes.
-- Both run with the owner's rights (SECURITY DEFINER), so their search_path is fixed and every name is qualified.

-- Takes the service's row lock, then answers with the stored outcome of `p_key` (kind 'outcome'), or with the events of
-- `p_streams` newer than the versions the caller already has (kind 'event').
-- plpgsql, not one SQL statement: each statement here gets a new snapshot, so the reads see what the lock waited for.
CREATE FUNCTION golive.open_decision(p_service text, p_key text, p_streams text[], p_known integer[])
RETURNS TABLE (kind text, stream text, version integer, body text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM 1 FROM golive.service s WHERE s.id = p_service FOR UPDATE;
  IF NOT FOUND THEN
    INSERT INTO golive.service (id) VALUES (p_service) ON CONFLICT DO NOTHING;
    PERFORM 1 FROM golive.service s WHERE s.id = p_service FOR UPDATE;
  END IF;

  IF p_key IS NOT NULL THEN
    RETURN QUERY SELECT 'outcome'::text, NULL::text, NULL::integer, i.outcome FROM golive.intake i WHERE i.key = p_key;
    IF FOUND THEN
      RETURN;
    END IF;
  END IF;

  -- A loop of index look-ups: one join with unnest is planned anew in every call, which costs more than it reads.
  FOR i IN 1 .. cardinality(p_streams) LOOP
    RETURN QUERY
      SELECT 'event'::text, j.stream, j.version, j.body FROM golive.journal j
      WHERE j.stream = p_streams[i] AND j.version > p_known[i] ORDER BY j.version;
  END LOOP;
END $$;

-- Writes what a decision leaves behind: the intake row, posts, wanted paintings, and last, under the head's lock, the
-- events: the chain, and the release row that release-opened and release-closed mean. Returns the chain's end.
CREATE FUNCTION golive.commit_decision(
  p_service text, p_key text, p_outcome text, p_bodies text[], p_repaint text[], p_posts jsonb
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_body text;
  v_event jsonb;
  v_stream text;
  v_last integer;
  v_position bigint;
  v_prev bytea;
  v_hash bytea;
BEGIN
  -- Held since open_decision; whoever calls this without it gets it here.
  PERFORM 1 FROM golive.service s WHERE s.id = p_service FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no decision about % was opened', p_service USING ERRCODE = 'GL003';
  END IF;

  IF p_key IS NOT NULL THEN
    INSERT INTO golive.intake (key, outcome) VALUES (p_key, p_outcome);
  END IF;
  IF cardinality(p_repaint) > 0 THEN
    INSERT INTO golive.slack_message AS m (subject, service, wanted) SELECT unnest(p_repaint), p_service, 1
    ON CONFLICT (subject) DO UPDATE SET wanted = m.wanted + 1;
  END IF;
  IF p_posts IS NOT NULL THEN
    INSERT INTO golive.outbox (key, service, target, note)
    SELECT post.key, p_service, post.target, post.note
    FROM jsonb_to_recordset(p_posts) AS post (key text, target jsonb, note jsonb)
    ON CONFLICT (key) DO NOTHING;
  END IF;

  SELECT h.position, h.hash INTO STRICT v_position, v_hash FROM golive.journal_head h FOR UPDATE;
  IF cardinality(p_bodies) = 0 THEN
    RETURN v_position;
  END IF;
  FOREACH v_body IN ARRAY p_bodies LOOP
    v_event := v_body::jsonb;
    v_stream := v_event ->> 'stream';
    IF v_event ->> 'service' IS DISTINCT FROM p_service THEN
      RAISE EXCEPTION 'an event of service % in a decision about %', v_event ->> 'service', p_service
        USING ERRCODE = 'GL003';
    END IF;
    SELECT coalesce(max(j.version), 0) INTO v_last FROM golive.journal j WHERE j.stream = v_stream;
    IF (v_event ->> 'version')::integer <> v_last + 1 THEN
      RAISE EXCEPTION 'stream % is at version %, version % does not follow', v_stream, v_last, v_event ->> 'version'
        USING ERRCODE = 'GL002';
    END IF;

    v_position := v_position + 1;
    v_prev := v_hash;
    v_hash := sha256(v_prev || convert_to(v_body, 'UTF8'));
    INSERT INTO golive.journal (position, stream, version, service, type, at, body, prev, hash)
    VALUES (v_position, v_stream, v_last + 1, p_service, v_event ->> 'type', (v_event ->> 'at')::timestamptz, v_body,
      v_prev, v_hash);

    CASE v_event ->> 'type'
      WHEN 'release-opened' THEN
        INSERT INTO golive.release (id, service, number, open)
        VALUES (v_event #>> '{data,release}', p_service, (v_event #>> '{data,number}')::integer, true);
      WHEN 'release-closed' THEN
        UPDATE golive.release r SET open = false
        WHERE r.id = v_event #>> '{data,release}' AND r.service = p_service;
      WHEN 'release-started' THEN
        UPDATE golive.slack_message m SET channel = v_event #>> '{data,channel}'
        WHERE m.subject = v_event #>> '{data,release}' AND m.channel IS NULL;
      ELSE NULL;
    END CASE;
  END LOOP;
  UPDATE golive.journal_head SET position = v_position, hash = v_hash;
  RETURN v_position;
END $$;

REVOKE ALL ON FUNCTION golive.open_decision, golive.commit_decision, golive.refuse_change FROM PUBLIC;
GRANT EXECUTE ON FUNCTION golive.open_decision, golive.commit_decision TO golive_app;
