-- Baselines and the end of old evaluations are facts of the journal: the chain holds them, and what stands in the tables follows from
-- it, in the same transaction. The bot writes neither by hand.

-- The journal's row that set it; null for one that was set before baselines were in the chain. No foreign key, which would stand in
-- the way of the journal's own triggers; `golive audit verify` holds the two against each other.
ALTER TABLE golive.evaluation_baseline ADD COLUMN position bigint UNIQUE;
REVOKE INSERT ON golive.evaluation_baseline FROM golive_app;

-- Steps of evaluations are still added once and never changed; they go only as `evaluations-pruned` says, whole runs at a time.
-- The bot has no right to delete; this keeps the owner from doing it by mistake.
CREATE FUNCTION golive.refuse_change_but_pruning() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('golive.pruning', true) = 'on' THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION 'golive.% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'GL001';
END $$;

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['evaluation_case', 'evaluation_reply', 'evaluation_verdict', 'evaluation_judgement'] LOOP
    EXECUTE format('DROP TRIGGER %1$s_append_only ON golive.%1$I', name);
    EXECUTE format('CREATE TRIGGER %1$s_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON golive.%1$I
      FOR EACH STATEMENT EXECUTE FUNCTION golive.refuse_change_but_pruning()', name);
    EXECUTE format('ALTER TABLE golive.%1$I ENABLE ALWAYS TRIGGER %1$s_append_only', name);
  END LOOP;
END $$;

CREATE FUNCTION golive.follow_evaluation_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_event jsonb := NEW.body::jsonb;
  v_runs text[];
  v_before timestamptz;
  v_kept text;
BEGIN
  IF NEW.type = 'baseline-set' THEN
    INSERT INTO golive.evaluation_baseline
      (service, epoch, run, reason, set_by, set_by_name, via, regraded_from, set_at, position)
    VALUES (NEW.service, v_event #>> '{data,epoch}', v_event #>> '{data,run}', v_event #>> '{data,reason}',
      v_event #>> '{by,id}', v_event #>> '{by,name}', v_event #>> '{by,via}',
      (v_event #>> '{data,regradedFrom}')::bigint, NEW.at, NEW.position);
    RETURN NULL;
  END IF;

  v_runs := ARRAY(SELECT jsonb_array_elements_text(v_event #> '{data,runs}'));
  v_before := (v_event #>> '{data,before}')::timestamptz;
  SELECT r.id INTO v_kept FROM golive.evaluation_run r
   WHERE r.id = ANY (v_runs)
     AND (r.service <> NEW.service OR r.state = 'running' OR r.ended_at >= v_before
       OR EXISTS (SELECT FROM golive.evaluation_baseline b WHERE b.run = r.id))
   LIMIT 1;
  IF v_kept IS NOT NULL THEN
    RAISE EXCEPTION 'evaluation % may not be pruned', v_kept USING ERRCODE = 'GL003';
  END IF;
  PERFORM set_config('golive.pruning', 'on', true);
  DELETE FROM golive.evaluation_verdict WHERE run = ANY (v_runs);
  DELETE FROM golive.evaluation_reply WHERE run = ANY (v_runs);
  DELETE FROM golive.evaluation_case WHERE run = ANY (v_runs);
  DELETE FROM golive.evaluation_run WHERE id = ANY (v_runs);
  -- Labels are shared by runs: an old one costs a request when it is wanted again, and nothing else.
  DELETE FROM golive.evaluation_judgement WHERE made_at < v_before;
  PERFORM set_config('golive.pruning', 'off', true);
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION golive.follow_evaluation_event, golive.refuse_change_but_pruning FROM PUBLIC;

CREATE TRIGGER journal_evaluations AFTER INSERT ON golive.journal FOR EACH ROW
  WHEN (NEW.type IN ('baseline-set', 'evaluations-pruned')) EXECUTE FUNCTION golive.follow_evaluation_event();
ALTER TABLE golive.journal ENABLE ALWAYS TRIGGER journal_evaluations;
