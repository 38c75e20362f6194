import { handleOf } from "#sandbox/slack/people";
import type { Workspace } from "#sandbox/slack/workspace";

/** Mentions that are in Slack's own form already. */
const READY = /<(?:@|#|!)[^<>\s]+>/g;

/**
 * The text of a slash command with `should_escape`: &, < and > as entities, `@rosa` as `<@U0ROSA|rosa>`, `@on-call` as
 * `<!subteam^S0ONCALL|@on-call>`, `#release` as `<#C0RELEASE|release>`. Names that nobody has stay as typed.
 */
export function escapeSlashText(text: string, workspace: Workspace): string {
  let result = "";
  let from = 0;
  for (const match of text.matchAll(READY)) {
    result += escapePlain(text.slice(from, match.index), workspace) + match[0];
    from = match.index + match[0].length;
  }
  return result + escapePlain(text.slice(from), workspace);
}

function escapePlain(text: string, workspace: Workspace): string {
  const safe = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return safe.replace(/(^|\s)([@#])([\w.-]+)/g, (all, before: string, sign: string, name: string) => {
    if (sign === "#") {
      const channel = workspace.channels.find((each) => each.kind === "channel" && each.name === name);
      return channel ? `${before}<#${channel.id}|${channel.name}>` : all;
    }
    const user = workspace.users.find((each) => handleOf(each) === name);
    if (user) return `${before}<@${user.id}|${name}>`;
    const group = workspace.groups.find((each) => each.handle === name);
    return group ? `${before}<!subteam^${group.id}|@${name}>` : all;
  });
}
