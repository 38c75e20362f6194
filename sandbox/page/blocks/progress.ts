import { object, objects, string } from "#sandbox/page/blocks/json";
import { link } from "#sandbox/page/blocks/mentions";
import { richText } from "#sandbox/page/blocks/rich-text";
import type { Viewing } from "#sandbox/page/blocks/viewing";
import { type Html, html } from "#sandbox/page/html";
import type { Block } from "#sandbox/slack/model";

const standing: Readonly<Record<string, { readonly icon: string; readonly word: string; readonly look: string }>> = {
  pending: { icon: "○", word: "Pending", look: "pending" },
  in_progress: { icon: "◐", word: "In progress", look: "running" },
  complete: { icon: "✓", word: "Complete", look: "done" },
  error: { icon: "✕", word: "Error", look: "failed" },
};

/** One task; state is an icon and a word, never colour alone. */
export function taskCard(task: Block, viewing: Viewing): Html {
  const known = standing[string(task, "status")];
  const state = known ?? { icon: "?", word: string(task, "status") || "Unknown", look: "pending" };
  const rich = (key: string) => {
    const block = object(task, key);
    return block ? html`<div class="task-more">${richText(block, viewing)}</div>` : "";
  };
  const sources = objects(task, "sources").map((s) => link(string(s, "url"), string(s, "text") || string(s, "url")));
  return html`<div class="task ${state.look}">
    <span class="task-icon" aria-hidden="true">${state.icon}</span>
    <div class="task-body"><div class="task-line"><span class="task-title">${string(task, "title")}</span><span class="task-state">${state.word}</span></div>
    ${rich("details")}${rich("output")}${sources.length > 0 ? html`<div class="task-more sources">${sources}</div>` : ""}</div></div>`;
}

export function plan(block: Block, viewing: Viewing): Html {
  const tasks = objects(block, "tasks");
  const done = tasks.filter((task) => task.status === "complete").length;
  const items = tasks.map((task) => html`<li>${taskCard(task, viewing)}</li>`);
  return html`<section class="plan" aria-label="${string(block, "title")}">
    <div class="plan-head"><strong>${string(block, "title")}</strong><span class="count">${done} of ${tasks.length} complete</span></div>
    <ol class="tasks">${items}</ol></section>`;
}
