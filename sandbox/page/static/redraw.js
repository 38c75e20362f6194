// From the server: fragments, fitted into the document.
import { restoreDrafts } from "/static/composer.js";
import { morph } from "/static/morph.js";

const $ = (id) => document.getElementById(id);

let source = null;
const focusBox = () => matchMedia("(hover: hover)").matches && document.querySelector("#composer textarea")?.focus();
let waiting = [focusBox];

/** Runs once after the next redraw: moves that a click asked for, such as the focus into a thread that opens. */
export function afterRedraw(step) {
  waiting.push(step);
}

/** Opens the stream of what this address looks at, in place of the one before. */
export function listen() {
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
  const todo = waiting;
  waiting = [];
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
    if (now.dataset.home !== undefined) {
      // A Home is read from its top, wherever one came from.
      if (pane?.dataset.home === undefined || room !== undefined) now.scrollTop = 0;
      $("jump").hidden = true;
      return;
    }
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

/** A tab that nobody sees gives its connection back: a browser allows six to one host. */
export const pause = () => source?.close();
