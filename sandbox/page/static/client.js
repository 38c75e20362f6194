// The browser's half of the local Slack: which event is which deed.
import { accept, boxKey, closeSuggestions, keepDraft, suggest } from "/static/composer.js";
import { afterRedraw, listen, pause } from "/static/redraw.js";
import { act, inTurn, send, valueOf, whileBusy } from "/static/send.js";

const $ = (id) => document.getElementById(id);

function go(href, back) {
  const target = new URL(href, location.href);
  const before = new URL(location.href).searchParams;
  const [thread, channel] = ["thread", "channel"].map((name) => target.searchParams.get(name));
  history.pushState(null, "", target);
  document.body.classList.remove("rail-open");
  $("toasts").replaceChildren();
  const moved = before.get("channel") !== channel || before.get("as") !== target.searchParams.get("as");
  afterRedraw(() => {
    const box = thread ? document.querySelector("#thread textarea") : document.querySelector("#composer textarea");
    if (back) ($(back) ?? box)?.focus();
    else if ((thread || moved) && matchMedia("(hover: hover)").matches) box?.focus();
  });
  listen();
}

document.addEventListener("click", (event) => {
  const hit = (selector) => event.target.closest(selector);
  const plain = !event.metaKey && !event.ctrlKey && !event.shiftKey;
  const link = hit("a[data-go]");
  if (link && plain) {
    event.preventDefault();
    return go(link.href, link.dataset.back);
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.removeAttribute("open");
  }
  const button = hit("[data-click]");
  if (button) return act(button, button.dataset.selected);
  const option = hit("[role=option]");
  if (option) return accept(option.closest("form").querySelector("textarea"), option);
  const message = hit("[data-ts]");
  if (hit("[data-dismiss]")) return send({ kind: "dismiss", ts: message.dataset.ts });
  if (hit("[data-delete]")) return send({ kind: "delete", channel: message.dataset.channel, ts: message.dataset.ts });
  if (hit("[data-close]")) return send({ kind: "close", viewId: hit("dialog").dataset.view });
  const control = hit("[data-control]");
  if (control) {
    const channel = $("messages").dataset.channel ?? "";
    return whileBusy(control, () => send({ kind: "control", id: control.dataset.control, channel }));
  }
  if (hit("[data-rail]")) return document.body.classList.toggle("rail-open");
  if (hit("#jump")) {
    $("messages").scrollTop = $("messages").scrollHeight;
    $("jump").hidden = true;
  }
  if (hit("[data-skip]")) {
    event.preventDefault();
    document.querySelector("#composer textarea")?.focus();
  }
  if (!hit("nav")) document.body.classList.remove("rail-open");
});

document.addEventListener("change", (event) => {
  const field = event.target.closest("[data-field][data-dispatch]");
  if (field) act(field, valueOf(field));
});

document.addEventListener(
  "toggle",
  ({ target }) => {
    if (target.matches?.("details.menu[open]")) target.querySelector(".menu-items").scrollIntoView({ block: "nearest" });
  },
  true,
);

document.addEventListener("scroll", ({ target }) => {
  const atEnd = target.id === "messages" && target.scrollHeight - target.scrollTop - target.clientHeight < 60;
  if (atEnd) $("jump").hidden = true;
}, true);

document.addEventListener("input", (event) => {
  const box = event.target.closest("form[data-say] textarea");
  if (!box) return;
  keepDraft(box);
  suggest(box);
});

document.addEventListener("mousedown", (event) => {
  // Picking a suggestion must not take the focus out of the box.
  if (event.target.closest("[role=option]")) event.preventDefault();
});

document.addEventListener("focusout", (event) => {
  const form = event.target.closest("form[data-say]");
  if (form && !form.contains(event.relatedTarget)) setTimeout(() => closeSuggestions(form), 150);
});

document.addEventListener("keydown", (event) => {
  const box = event.target.closest("form[data-say] textarea");
  if (box) {
    if (boxKey(event, box)) return event.preventDefault();
  } else if (event.key === "/" && !event.target.closest("input, textarea, select, dialog")) {
    document.querySelector("#composer textarea")?.focus();
  }
  if (event.key !== "Escape" || event.target.closest("dialog")) return;
  const menu = document.querySelector("details.menu[open]");
  if (menu) {
    menu.removeAttribute("open");
    return menu.querySelector("summary").focus();
  }
  if (document.body.classList.contains("rail-open")) return document.body.classList.remove("rail-open");
  if (event.target.closest("#thread")) $("thread-close")?.click();
});

// Escape asks the app's view to close; the dialog itself closes when the server says that the view is gone.
document.addEventListener(
  "cancel",
  (event) => {
    const view = event.target.dataset?.view;
    if (!view) return;
    event.preventDefault();
    send({ kind: "close", viewId: view });
  },
  true,
);

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "dialog") return;
  event.preventDefault();
  if (form.matches("[data-say]")) say(form);
  else submitView(form);
});

async function say(form) {
  const box = form.querySelector("textarea");
  const text = box.value;
  if (text.trim() === "") return box.focus();
  const { channel, thread } = form.dataset;
  closeSuggestions(form);
  box.value = "";
  keepDraft(box);
  // The box is empty for the next message, which may be sent before this one is answered.
  const ok = await inTurn(form.querySelector("[type=submit]"), () =>
    send({ kind: "say", channel, text, ...(thread ? { threadTs: thread } : {}) }),
  );
  // What was refused can be mended instead of typed again.
  if (ok === false && box.value === "") box.value = text;
  keepDraft(box);
  suggest(box);
  closeSuggestions(form);
}

async function submitView(form) {
  for (const group of form.querySelectorAll("[data-required]")) {
    const first = group.querySelector("input");
    first?.setCustomValidity(valueOf(group) === "" ? "Choose at least one." : "");
  }
  if (!form.reportValidity()) return;
  const values = {};
  for (const field of form.querySelectorAll("[data-field]")) {
    values[field.dataset.block] = { ...values[field.dataset.block], [field.dataset.action]: valueOf(field) };
  }
  const dialog = form.closest("dialog");
  // The app may answer with errors: they arrive as a redraw, and the first one gets the focus.
  const focusError = () => document.querySelector("dialog[open] [aria-invalid=true]")?.focus();
  afterRedraw(focusError);
  await whileBusy(form.querySelector("[type=submit]"), () => send({ kind: "submit", viewId: dialog.dataset.view, values }));
  focusError();
}

addEventListener("popstate", listen);
document.addEventListener("visibilitychange", () => (document.hidden ? pause() : listen()));
listen();
