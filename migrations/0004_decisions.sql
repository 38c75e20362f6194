-- A decision is two calls in one READ COMMITTED transaction: open_decision locks and reads, commit_decision writes.
-- Both run with the owner's rights (SECURITY DEFINER), so their search_path is fixed and every name is qualified.

-- Takes the service's row lock, then answers with the stored outcome of `p_key` (kind 'outcome'), or with the events of
-- `p_streams` newer than the versions the caller already has (kind 'event').
-- plpgsql, not one SQL statement: each statement here gets a new snapshot, so the reads see what the lock waited for.
CREATE FUNCTION golive.open_decision(p_service text, p_key text, p_streams text[], p_known integer[])
RETURNS TABLE (kind text, stream text, version integer, body text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '10s' AS $$
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

  RETURN QUERY
    SELECT 'event'::text, j.stream, j.version, j.body
    FROM unnest(p_streams, p_known) AS asked (stream, known)
    JOIN golive.journal j ON j.stream = asked.stream AND j.version > asked.known
    ORDER BY j.stream, j.version;
END $$;

-- Appends one event to the chain. Only commit_decision calls it, with the head's lock held.
CREATE FUNCTION golive.append_event(p_service text, p_body text) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_event jsonb := p_body::jsonb;
  v_stream text := v_event ->> 'stream';
  v_version integer := (v_event ->> 'version')::integer;
  v_last integer;
  v_head golive.journal_head;
BEGIN
  IF v_event ->> 'service' IS DISTINCT FROM p_service THEN
    RAISE EXCEPTION 'an event of service % in a decision about %', v_event ->> 'service', p_service USING ERRCODE = 'GL003';
  END IF;
  SELECT coalesce(max(j.version), 0) INTO v_last FROM golive.journal j WHERE j.stream = v_stream;
  IF v_version <> v_last + 1 THEN
    RAISE EXCEPTION 'stream % is at version %, version % does not follow', v_stream, v_last, v_version
      USING ERRCODE = 'GL002';
  END IF;

  SELECT * INTO STRICT v_head FROM golive.journal_head FOR UPDATE;
  v_head.position := v_head.position + 1;
  INSERT INTO golive.journal (position, stream, version, service, type, at, body, prev, hash)
  VALUES (
    v_head.position, v_stream, v_version, p_service, v_event ->> 'type', (v_event ->> 'at')::timestamptz, p_body,
    v_head.hash, sha256(v_head.hash || convert_to(p_body, 'UTF8'))
  ) RETURNING hash INTO v_head.hash;
  UPDATE golive.journal_head SET position = v_head.position, hash = v_head.hash;
  RETURN v_event;
END $$;

-- Writes what a decision leaves behind: the intake row, posts, wanted paintings, and last, under the head's lock, the
-- events. Returns the position of the chain's end.
CREATE FUNCTION golive.commit_decision(
  p_service text, p_key text, p_outcome text, p_bodies text[], p_repaint text[], p_posts jsonb
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '10s' AS $$
DECLARE
  v_subject text;
  v_body text;
  v_event jsonb;
BEGIN
  -- Held since open_decision; whoever calls this without it gets it here.
  PERFORM 1 FROM golive.service s WHERE s.id = p_service FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no decision about % was opened', p_service USING ERRCODE = 'GL003';
  END IF;

  IF p_key IS NOT NULL THEN
    INSERT INTO golive.intake (key, outcome) VALUES (p_key, p_outcome);
  END IF;

  FOREACH v_subject IN ARRAY p_repaint LOOP
    INSERT INTO golive.slack_message AS m (subject, service, wanted) VALUES (v_subject, p_service, 1)
    ON CONFLICT (subject) DO UPDATE SET wanted = m.wanted + 1;
  END LOOP;

  IF p_posts IS NOT NULL THEN
    INSERT INTO golive.outbox (key, service, target, note)
    SELECT post.key, p_service, post.target, post.note
    FROM jsonb_to_recordset(p_posts) AS post (key text, target jsonb, note jsonb)
    ON CONFLICT (key) DO NOTHING;
  END IF;

  FOREACH v_body IN ARRAY p_bodies LOOP
    v_event := golive.append_event(p_service, v_body);
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
  RETURN (SELECT h.position FROM golive.journal_head h);
END $$;

REVOKE ALL ON FUNCTION golive.open_decision, golive.append_event, golive.commit_decision, golive.refuse_change FROM PUBLIC;
GRANT EXECUTE ON FUNCTION golive.open_decision, golive.commit_decision TO golive_app;
