import { channelChanged, membershipChanged } from "#src/slack/listeners/events/channels";
import type { EventHandler } from "#src/slack/listeners/events/handler";
import { homeOpened } from "#src/slack/listeners/events/home-opened";
import { message } from "#src/slack/listeners/events/message-deleted";
import { groupChanged, userChanged } from "#src/slack/listeners/events/people";

/** Every event the app subscribes to, by its `type`; manifest.yml names the same (messages per kind of channel). */
export const EVENT_HANDLERS = {
  message,
  app_home_opened: homeOpened,
  channel_archive: channelChanged("channel-archived"),
  group_archive: channelChanged("channel-archived"),
  channel_unarchive: channelChanged(null),
  group_unarchive: channelChanged(null),
  channel_deleted: channelChanged("bot-removed"),
  group_deleted: channelChanged("bot-removed"),
  channel_left: channelChanged("bot-removed"),
  group_left: channelChanged("bot-removed"),
  member_left_channel: membershipChanged("bot-removed"),
  member_joined_channel: membershipChanged(null),
  channel_shared: channelChanged("channel-shared-externally"),
  channel_unshared: channelChanged(null),
  user_change: userChanged,
  subteam_updated: groupChanged,
  subteam_members_changed: groupChanged,
} as const satisfies Readonly<Record<string, EventHandler>>;
