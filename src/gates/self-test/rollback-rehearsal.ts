import type { SelfTest } from "#src/gates/self-test/self-test";

const KEEP = `CREATE FUNCTION keep_pointer() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP = 'UPDATE' AND NEW.run = 'golive-self-test-live' THEN RETURN NULL; END IF;
    RETURN NEW;
  END $$`;

export const rollbackRehearsalSelfTest: SelfTest = {
  bad: [
    {
      what: "a trigger that lets the pointer go forward and not back",
      sql: [KEEP, "CREATE TRIGGER keep_pointer BEFORE UPDATE ON pointer FOR EACH ROW EXECUTE FUNCTION keep_pointer()"],
      finds: "back:broken",
    },
    {
      what: "a rule that keeps the pointer from moving at all",
      sql: ["CREATE RULE stay AS ON UPDATE TO pointer DO INSTEAD NOTHING"],
      finds: "forward:broken",
    },
  ],
  good: { what: "a pointer that goes forward and back" },
};
