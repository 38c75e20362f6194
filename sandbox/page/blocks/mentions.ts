import { formatSlackDate } from "#sandbox/page/blocks/dates";
import type { Viewing } from "#sandbox/page/blocks/viewing";
import { type Html, html } from "#sandbox/page/html";

/** Only these may become links: `javascript:` and friends stay text. */
export const isSafeUrl = (url: string): boolean => /^(https?:\/\/|mailto:|tel:)/i.test(url);

/** Undoes the three escapes that Slack asks senders for, and nothing else. */
export const decodeEntities = (text: string): string =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

export function link(url: string, label: Html | string): Html {
  return isSafeUrl(url)
    ? html`<a class="link" href="${url}" target="_blank" rel="noopener noreferrer">${label}</a>`
    : html`${label}`;
}

export function userMention(id: string, viewing: Viewing, label?: string): Html {
  const name = viewing.userName(id) ?? label ?? id;
  return html`<span class="mention${id === viewing.viewer ? " mention-me" : ""}">@${name}</span>`;
}

export const groupMention = (id: string, viewing: Viewing, label?: string): Html =>
  html`<span class="mention">@${(viewing.groupHandle(id) ?? label ?? id).replace(/^@/, "")}</span>`;

export const channelMention = (id: string, viewing: Viewing, label?: string): Html =>
  html`<a class="mention" href="${viewing.channelHref(id)}" data-go>#${viewing.channelName(id) ?? label ?? id}</a>`;

export const broadcast = (range: string): Html => html`<span class="mention mention-me">@${range}</span>`;

/** `unix` in seconds. Shows the fallback when the format holds a token nobody knows. */
export function date(
  unix: number,
  format: string,
  viewing: Viewing,
  url: string | undefined,
  fallback: string | undefined,
): Html {
  const text = formatSlackDate(format, { at: unix * 1000, now: viewing.now, timeZone: viewing.timeZone });
  const moment = new Date(unix * 1000);
  if (text === null || Number.isNaN(moment.getTime())) return html`${fallback ?? format}`;
  const iso = moment.toISOString();
  const time = html`<time datetime="${iso}" title="${iso}">${text}</time>`;
  return url ? link(url, time) : time;
}

/** The meaning of what stands between `<` and `>`, or null when Slack gives it none and it must stay visible text. */
export function angle(inner: string, viewing: Viewing): Html | null {
  const dated = /^!date\^(\d{1,12})\^([^^|]*)(?:\^([^|]*))?(?:\|(.*))?$/s.exec(inner);
  if (dated) {
    const fallback = dated[4] === undefined ? undefined : decodeEntities(dated[4]);
    return date(Number(dated[1]), decodeEntities(dated[2] ?? ""), viewing, dated[3], fallback);
  }
  const bar = inner.indexOf("|");
  const target = bar < 0 ? inner : inner.slice(0, bar);
  const label = bar < 0 ? undefined : decodeEntities(inner.slice(bar + 1));
  if (/^@[UW][A-Z0-9_]+$/.test(target)) return userMention(target.slice(1), viewing, label);
  if (/^#[CGD][A-Z0-9_]+$/.test(target)) return channelMention(target.slice(1), viewing, label);
  if (/^!subteam\^S[A-Z0-9_]+$/.test(target)) return groupMention(target.slice(9), viewing, label);
  if (/^!(here|channel|everyone)$/.test(target)) return broadcast(target.slice(1));
  const url = decodeEntities(target);
  const here = viewing.messageHref(url);
  if (here) return html`<a class="link" href="${here.href}" data-go data-back="${here.id}">${label ?? url}</a>`;
  return isSafeUrl(url) ? link(url, label ?? url) : null;
}
