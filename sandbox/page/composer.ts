import { completions } from "#sandbox/page/completions";
import { type Html, html } from "#sandbox/page/html";
import { channelTitle, type Scene } from "#sandbox/page/scene";

/** The box to type in. Slash commands and their completion work in the channel only, as in Slack. */
export function composer(scene: Scene, threadTs: string | null): Html {
  const { look, world } = scene;
  const channel = look.channel;
  const id = threadTs === null ? "composer" : "thread-composer";
  // Nobody writes on a Home.
  if (look.home) return html`<div class="composer" id="${id}" hidden></div>`;
  if (!channel)
    return html`<div class="composer" id="${id}"><p class="closed">${look.viewer.name} is in no channel.</p></div>`;
  if (channel.archived)
    return html`<div class="composer" id="${id}"><p class="closed">This channel is archived: nobody can write here.</p></div>`;
  const title = channelTitle(channel, scene);
  const name = threadTs === null ? `Message ${title}` : "Reply in thread";
  const box = `${id}-text-${channel.id}${threadTs === null ? "" : `-${threadTs}`}`;
  const commands = threadTs === null ? JSON.stringify(completions(world.commands)) : "[]";
  const hint =
    threadTs === null
      ? html`<kbd>/</kbd> for commands, <kbd>Enter</kbd> sends, <kbd>Shift</kbd>+<kbd>Enter</kbd> for a new line`
      : "";
  return html`<form class="composer" id="${id}" data-say data-channel="${channel.id}" data-thread="${threadTs}" data-commands="${commands}">
    <ul class="suggestions" id="${id}-suggestions" role="listbox" aria-label="Commands" data-keep hidden></ul>
    <div class="composer-box"><textarea id="${box}" rows="1" autocomplete="off" aria-label="${name}" placeholder="${name}" aria-autocomplete="list" aria-controls="${id}-suggestions"></textarea>
    <button class="button primary" type="submit">Send</button></div>
    <p class="composer-hint" id="${id}-hint" data-keep>${hint}</p></form>`;
}
