import type { Queue } from "pg-boss";
import { QUEUES, type QueueName } from "#src/journal/journal";

/** Where jobs end that failed every time. Nothing works it off: people look at it and act. */
export const DEAD_QUEUE = "dead-jobs";

/**
 * How long one run of a job may take. The gates' own timeouts end a check earlier; this bounds a handler that ignores
 * its signal.
 */
const EXPIRE_SECONDS: Readonly<Record<QueueName, number>> = {
  "freeze-manifest": 300,
  "run-check": 1800,
  // An evaluation takes as long as the models' limit makes it take; a day is how long one is evidence. It can't be more.
  evaluate: 23 * 3_600,
  "stop-evaluation": 300,
  "cut-over": 600,
  // Its smoke evaluation takes what the models' limit makes it take.
  "roll-back": 7_200,
  "start-canary": 300,
  // A weekly evaluation takes what the models' limit leaves it; the job is taken up again where it stopped.
  "run-operation": 23 * 3_600,
  "apply-proposal": 300,
  revalidate: 300,
};

/** All queues with their options, the dead letter queue first, since the others refer to it. */
export function queueDefinitions(): readonly Queue[] {
  const dead: Queue = { name: DEAD_QUEUE, policy: "standard", retentionSeconds: 90 * 86_400, deleteAfterSeconds: 0 };
  const live = QUEUES.map(
    (name): Queue => ({
      name,
      policy: "standard",
      deadLetter: DEAD_QUEUE,
      // The least pg-boss accepts: a killed worker is noticed within this plus one monitor pass.
      heartbeatSeconds: 10,
      expireInSeconds: EXPIRE_SECONDS[name],
      // An evaluation goes on where it stopped: each restart of the bot within hours is a try.
      retryLimit: name === "evaluate" || name === "run-operation" ? 10 : 5,
      retryDelay: 1,
      retryBackoff: true,
      retryDelayMax: 60,
      // No domain wait ever sits here, so a job this old is forgotten work.
      retentionSeconds: 14 * 86_400,
      deleteAfterSeconds: 7 * 86_400,
    }),
  );
  return [dead, ...live];
}
