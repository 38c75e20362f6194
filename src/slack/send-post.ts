import { assertTimeToPost, backoffMs } from "#src/slack/lease";
import type { OutboxOptions, OutboxTiming } from "#src/slack/outbox";
import { FILE_KINDS, type LeasedPost, type OutboxRows } from "#src/slack/outbox-rows";
import { sendFile, whyNoFile } from "#src/slack/send-file";
import type { SlackBudget } from "#src/slack/slack-budget";
import { SlackError } from "#src/slack/slack-error";

/** `event_type` of a note's metadata; `event_payload.key` is the row's key: an ambiguous post is found again by it. */
export const NOTE_METADATA = "golive_note";

/** What sending needs at hand. */
export type Sender = OutboxOptions & {
  readonly timing: OutboxTiming;
  readonly rows: OutboxRows;
  readonly budget: SlackBudget;
};

/** `earlier`: an earlier attempt may have posted. `sent`: ours left; whatever was earlier is cleared up by then. */
export type Attempt = { earlier: boolean; sent: boolean; slot: string };
type Place = { readonly channel: string; readonly threadTs?: string };

const SKEW_MS = 5 * 60_000;
const LOST_CHANNEL_MS = 5 * 60_000;

/** Sends whatever is due; answers when the next row will be (epoch ms). */
export async function sendAll(sender: Sender): Promise<number | null> {
  for (let post = await sender.rows.lease(); post !== null; post = await sender.rows.lease()) {
    await send(sender, post);
  }
  return sender.rows.nextDue();
}

async function send(sender: Sender, post: LeasedPost): Promise<void> {
  const attempt: Attempt = { earlier: post.doubtSince !== null, sent: false, slot: "conversations.open" };
  try {
    const place = await placeOf(sender, post);
    attempt.slot = isFile(post) ? "files" : `post ${place.channel}`;
    const turn = await sender.budget.take(attempt.slot, sender.timing.perPostMs);
    if (!turn.taken) {
      return await sender.rows.giveBack(post, { doubt: attempt.earlier, notBefore: turn.at, error: null });
    }
    if (isFile(post)) return await attach(sender, post, place, attempt);
    const known = await findEarlier(sender, post, place);
    attempt.earlier = false;
    const ts = known ?? (await postOnce(sender, post, place, attempt));
    await sender.rows.sent(post, { channel: place.channel, ts });
  } catch (error) {
    await giveUpForNow(sender, post, error, attempt);
  }
}

const fileKind = ({ note }: LeasedPost) => FILE_KINDS.find((kind) => kind === note.kind);
const isFile = (post: LeasedPost): boolean => fileKind(post) !== undefined;

async function attach(sender: Sender, post: LeasedPost, place: Place, attempt: Attempt): Promise<void> {
  const { channel, threadTs } = place;
  if (threadTs !== undefined && (await sendFile(sender, post, { channel, threadTs }, attempt))) {
    return sender.rows.sent(post, { channel, ts: null });
  }
  sender.log.error({ key: post.key }, "there is nothing to attach");
  await sender.rows.bury(post, "there is nothing to attach");
}

async function placeOf(sender: Sender, post: LeasedPost): Promise<Place> {
  const { target } = post;
  if (target.kind === "thread") return { channel: target.channel, threadTs: target.ts };
  if (target.kind === "channel") return { channel: target.channel };
  return { channel: await sender.web.openDm(target.user) };
}

async function findEarlier(sender: Sender, post: LeasedPost, place: Place): Promise<string | null> {
  if (post.doubtSince === null) return null;
  return sender.web.findPosted({
    ...place,
    eventType: NOTE_METADATA,
    field: "key",
    value: post.key,
    notBefore: post.doubtSince - SKEW_MS,
  });
}

async function postOnce(sender: Sender, post: LeasedPost, place: Place, attempt: Attempt): Promise<string> {
  const { text, blocks } = await sender.render({ note: post.note, service: post.service, to: post.target.kind });
  const metadata = { event_type: NOTE_METADATA, event_payload: { key: post.key } };
  assertTimeToPost(post.leaseUntil, sender.now());
  attempt.sent = true;
  try {
    return (await sender.web.post({ ...place, text, blocks, metadata })).ts;
  } catch (error) {
    if (!(error instanceof SlackError) || error.failure.kind !== "refused" || blocks.length === 0) throw error;
    sender.log.error({ err: error, key: post.key }, "Slack refused a note's blocks; sending its sentence alone");
    return (await sender.web.post({ ...place, text, blocks: [], metadata })).ts;
  }
}

async function giveUpForNow(sender: Sender, post: LeasedPost, error: unknown, attempt: Attempt): Promise<void> {
  const { rows, budget, timing, now, log } = sender;
  const at = now();
  const failure = error instanceof SlackError ? error.failure : null;
  const mayHaveArrived = failure === null || failure.kind === "ambiguous";
  const doubt = attempt.earlier || (attempt.sent && mayHaveArrived);
  const message = error instanceof Error ? error.message : String(error);
  const retryAt = at + Math.max(backoffMs(post.attempts), doubt ? timing.settleMs : 0);
  log.warn({ err: error, key: post.key, attempts: post.attempts }, "a note could not be sent");

  const noFile = isFile(post) && post.target.kind === "thread" ? whyNoFile(post, error) : null;
  if (noFile !== null && post.target.kind === "thread") {
    const file = fileKind(post);
    const key = `release/${post.target.subject}/files-refused${file === "manifest-file" ? "" : `/${file}`}`;
    return rows.buryTold(post, message, { key, note: { kind: "files-refused", because: noFile, file } });
  }
  switch (failure?.kind) {
    case "rate-limited": {
      const until = at + failure.retryAfterMs;
      await budget.holdUntil(attempt.slot, until);
      return rows.giveBack(post, { doubt, notBefore: until, error: message });
    }
    case "unreachable-person":
    case "refused":
      log.error({ err: error, key: post.key, note: post.note.kind }, "a note will never be sent");
      return rows.bury(post, message);
    case "gone":
      // What may have been posted into a thread that is gone is gone with it.
      await rows.giveBack(post, { doubt: false, notBefore: retryAt, error: message });
      if (post.target.kind === "thread") await sender.onThreadGone(post.target.channel, post.target.ts);
      return;
    case "unreachable-channel":
      return rows.giveBack(post, { doubt, notBefore: at + LOST_CHANNEL_MS, error: message });
    default:
      return rows.giveBack(post, { doubt, notBefore: retryAt, error: message });
  }
}
