import { type Html, html } from "#sandbox/page/html";
import type { SandboxUser } from "#sandbox/slack/model";

const badges: Readonly<Record<SandboxUser["kind"], string | null>> = {
  member: null,
  guest: "Guest",
  "single-channel-guest": "Guest, one channel",
  stranger: "Other organisation",
  bot: "App",
  deactivated: "Deactivated",
};

export function badge(user: SandboxUser | undefined): Html {
  const word = user ? badges[user.kind] : "Unknown";
  return word ? html` <span class="badge badge-${user?.kind ?? "unknown"}">${word}</span>` : html``;
}

/** The title, unless the badge beside it already says so. */
export const titleBeside = (user: SandboxUser): string => (user.title === badges[user.kind] ? "" : user.title);

/** Initials on a colour that stays with the person. */
export function avatar(user: SandboxUser | undefined, id: string): Html {
  const name = user?.name ?? id;
  const initials = name
    .split(/\s+/)
    .map((part) => [...part][0] ?? "")
    .slice(0, 2)
    .join("")
    .toUpperCase();
  const colour = [...id].reduce((sum, char) => (sum * 31 + (char.codePointAt(0) ?? 0)) % 10_007, 7) % 8;
  const look = user?.kind === "bot" ? "avatar-app" : `avatar-${colour}`;
  return html`<span class="avatar ${look}" aria-hidden="true">${user?.kind === "bot" ? "◆" : initials}</span>`;
}
