// The browser's half of the local Slack: takes fragments from the server, sends what the person does.
import { accept, boxKey, closeSuggestions, keepDraft, restoreDrafts, suggest } from "/static/composer.js";
import { morph } from "/static/morph.js";

const $ = (id) => document.getElementById(id);
const me = () => new URL(location.href).searchParams.get("as");

// ---- from the server -----------------------------------------------------------------------------------------------

let source = null;
/** Run once after the next redraw: moves that a click asked for, such as the focus into a thread that opens. */
let afterRedraw = [() => matchMedia("(hover: hover)").matches && document.querySelector("#composer textarea")?.focus()];

function listen() {
  source?.close();
  const query = new URL(location.href).searchParams;
  query.set("tz", Intl.DateTimeFormat().resolvedOptions().timeZone);
  source = new EventSource(`/events?${query}`);
  source.addEventListener("fragments", (event) => redraw(JSON.parse(event.data)));
  source.onopen = () => ($("offline").hidden = true);
  source.onerror = () => ($("offline").hidden = false);
}

function redraw(fragments) {
  const scrolls = ["messages", "thread-scroll"].map(rememberScroll);
  const anchor = document.activeElement?.closest("article, dialog, .input")?.id;
  const typing = document.activeElement !== document.body;
  for (const [id, markup] of Object.entries(fragments)) {
    const template = document.createElement("template");
    template.innerHTML = markup;
    morph($(id), template.content.firstElementChild);
  }
  showTopModal();
  restoreDrafts(document);
  for (const restore of scrolls) restore();
  const todo = afterRedraw;
  afterRedraw = [];
  for (const step of todo) step();
  // The focused button may be gone (signed: now it's "Withdraw"): stay at its message, not at the top of the page.
  if (typing && document.activeElement === document.body && anchor) $(anchor)?.focus({ preventScroll: true });
}

function rememberScroll(id) {
  const pane = $(id);
  const room = pane?.dataset.channel ?? pane?.dataset.thread;
  const atEnd = !pane || pane.scrollHeight - pane.scrollTop - pane.clientHeight < 60;
  const counts = (inside) => ["article", "article.ephemeral"].map((kind) => inside?.querySelectorAll(kind).length ?? 0);
  const [count, ephemerals] = counts(pane);
  return () => {
    const now = $(id);
    if (!now) return;
    const sameRoom = (now.dataset.channel ?? now.dataset.thread) === room;
    if (atEnd || !sameRoom) now.scrollTop = now.scrollHeight;
    else if (id === "messages" && counts(now)[0] > count) {
      // An answer to one's own click often lands below the fold: say so, or it looks as if nothing happened.
      if ($("jump").hidden || counts(now)[1] > ephemerals) {
        $("jump").textContent = counts(now)[1] > ephemerals ? "A message for you ↓" : "New messages ↓";
      }
      $("jump").hidden = false;
    }
    if (id === "messages" && (atEnd || !sameRoom)) $("jump").hidden = true;
  };
}

function showTopModal() {
  for (const dialog of document.querySelectorAll("dialog[data-view]")) {
    const top = dialog.hasAttribute("data-top");
    if (!top && dialog.open) dialog.close();
    if (top && !dialog.open) {
      dialog.showModal();
      (dialog.querySelector("[autofocus], .dialog-body :is(input, textarea, select)") ?? dialog).focus();
    }
  }
}

// ---- to the server -------------------------------------------------------------------------------------------------

async function send(deed) {
  try {
    const response = await fetch("/do", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ user: me(), ...deed }),
    });
    const done = await response.json();
    if (!done.ok) toast(done.error);
    return done.ok;
  } catch {
    toast("The sandbox does not answer. Is it still running?");
    return false;
  }
}

function toast(text) {
  const note = document.createElement("div");
  note.className = "toast";
  note.role = "alert";
  const close = document.createElement("button");
  close.type = "button";
  close.className = "icon-button";
  close.ariaLabel = "Dismiss notice";
  close.textContent = "✕";
  close.onclick = () => note.remove();
  note.append(text, close);
  // Below an open modal everything is inert: a notice there could be neither read out nor dismissed.
  const host = document.querySelector("dialog[data-top][open] .toasts") ?? $("toasts");
  host.append(note);
  setTimeout(() => note.remove(), 12_000);
}

async function whileBusy(control, work) {
  if (control?.getAttribute("aria-busy") === "true") return;
  control?.setAttribute("aria-busy", "true");
  try {
    return await work();
  } finally {
    control?.removeAttribute("aria-busy");
  }
}

function place(control) {
  const dialog = control.closest("dialog[data-view]");
  if (dialog) return { viewId: dialog.dataset.view };
  const { channel, ts } = control.closest("[data-ts]").dataset;
  return { channel, ts };
}

function valueOf(field) {
  const ticked = field.matches(".options") ? [...field.querySelectorAll("input:checked")] : null;
  if (ticked) return ticked.map(({ value }) => value).join(",");
  if (field.type === "datetime-local") return field.value && String(Date.parse(field.value) / 1000);
  return field.multiple ? [...field.selectedOptions].map(({ value }) => value).join(",") : field.value;
}

async function act(control, selected) {
  const at = place(control);
  const { block, action, confirm } = control.dataset;
  if (confirm && !(await confirmed($(confirm)))) return;
  control.closest("details.menu")?.removeAttribute("open");
  const deed = { kind: "click", at, blockId: block, actionId: action };
  await whileBusy(control, () => send(selected === undefined ? deed : { ...deed, selected }));
}

function confirmed(template) {
  const dialog = $("confirm");
  dialog.firstElementChild.replaceChildren(template.content.cloneNode(true));
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "confirm"), { once: true });
  });
}

// ---- what the person does ------------------------------------------------------------------------------------------

function go(href, back) {
  const target = new URL(href, location.href);
  const before = new URL(location.href).searchParams;
  const [thread, channel] = ["thread", "channel"].map((name) => target.searchParams.get(name));
  history.pushState(null, "", target);
  document.body.classList.remove("rail-open");
  $("toasts").replaceChildren();
  const moved = before.get("channel") !== channel || before.get("as") !== target.searchParams.get("as");
  afterRedraw.push(() => {
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
  const ok = await whileBusy(form.querySelector("[type=submit]"), () =>
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
  afterRedraw.push(focusError);
  await whileBusy(form.querySelector("[type=submit]"), () => send({ kind: "submit", viewId: dialog.dataset.view, values }));
  focusError();
}

addEventListener("popstate", listen);
// A browser allows six connections to one host: a tab that nobody sees gives its own back.
document.addEventListener("visibilitychange", () => (document.hidden ? source?.close() : listen()));
listen();
