// To the server: what the person does, and the notice when it came to nothing or has something to say.

const $ = (id) => document.getElementById(id);
const me = () => new URL(location.href).searchParams.get("as");

export async function send(deed) {
  try {
    const response = await fetch("/do", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ user: me(), ...deed }),
    });
    const done = await response.json();
    if (!done.ok) toast(done.error);
    else if (done.said) toast(done.said, "good");
    return done.ok;
  } catch {
    toast("The sandbox does not answer. Is it still running?");
    return false;
  }
}

function toast(text, kind = "bad") {
  const note = document.createElement("div");
  note.className = `toast ${kind}`;
  note.role = kind === "bad" ? "alert" : "status";
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
  setTimeout(() => note.remove(), kind === "bad" ? 12_000 : 6_000);
}

export async function whileBusy(control, work) {
  if (control?.getAttribute("aria-busy") === "true") return;
  control?.setAttribute("aria-busy", "true");
  try {
    return await work();
  } finally {
    control?.removeAttribute("aria-busy");
  }
}

let lastTurn = Promise.resolve();

/** One after the other, and each of them: what is done with it is taken out of the page's hands already. `work` doesn't throw. */
export async function inTurn(control, work) {
  control?.setAttribute("aria-busy", "true");
  const turn = lastTurn.then(work);
  lastTurn = turn;
  const done = await turn;
  if (lastTurn === turn) control?.removeAttribute("aria-busy");
  return done;
}

function place(control) {
  const dialog = control.closest("dialog[data-view]");
  if (dialog) return { viewId: dialog.dataset.view };
  const { channel, ts } = control.closest("[data-ts]").dataset;
  return { channel, ts };
}

export function valueOf(field) {
  const ticked = field.matches(".options") ? [...field.querySelectorAll("input:checked")] : null;
  if (ticked) return ticked.map(({ value }) => value).join(",");
  if (field.type === "datetime-local") return field.value && String(Date.parse(field.value) / 1000);
  return field.multiple ? [...field.selectedOptions].map(({ value }) => value).join(",") : field.value;
}

export async function act(control, selected) {
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
