// The box to type in: sends on Enter, completes slash commands, keeps a draft per box.

const drafts = new Map();
const who = () => new URL(location.href).searchParams.get("as");

/** Called after each redraw: a box that has just come into the document gets its draft back. */
export function restoreDrafts(root) {
  for (const box of root.querySelectorAll("form[data-say] textarea")) {
    if (!box.value) box.value = drafts.get(`${who()} ${box.id}`) ?? "";
  }
}

export function keepDraft(box) {
  drafts.set(`${who()} ${box.id}`, box.value);
}

/** What could stand here next: `{insert, label, about}`; `exact` when the text is already one of them. */
function offers(text, commands) {
  const typed = /^(\/\S*)(?: +(\S*))?$/.exec(text);
  if (!typed) return { list: [], exact: false };
  const [, name, word] = typed;
  if (word === undefined) {
    const list = commands.filter(({ command }) => command.startsWith(name));
    return {
      list: list.map((c) => ({ insert: `${c.command} `, label: c.command, rest: c.usageHint, about: c.description })),
      exact: list.some(({ command }) => command === name),
    };
  }
  const command = commands.find((each) => each.command === name);
  const list = (command?.words ?? []).filter((each) => each.word.startsWith(word));
  return {
    list: list.map((w) => ({ insert: `${name} ${w.word}${w.rest ? " " : ""}`, label: `${name} ${w.word}`, rest: w.rest, about: "" })),
    exact: word === "" || list.some((each) => each.word === word),
  };
}

export function suggest(box) {
  const form = box.form;
  const commands = JSON.parse(form.dataset.commands || "[]");
  const listbox = form.querySelector("[role=listbox]");
  const { list, exact } = offers(box.value, commands);
  // The one that is fully typed needs no offer, unless words can follow it.
  const shown = list.filter((offer) => offer.insert.trimEnd() !== box.value);
  listbox.replaceChildren(...shown.map((offer, i) => option(offer, `${listbox.id}-${i}`)));
  listbox.hidden = shown.length === 0;
  // Enter must send a finished command, so nothing is chosen beforehand once one stands there.
  choose(box, exact ? -1 : 0);
  hint(form, box.value, commands);
}

function option({ insert, label, rest, about }, id) {
  const item = document.createElement("li");
  item.id = id;
  item.role = "option";
  item.dataset.insert = insert;
  const name = document.createElement("strong");
  name.textContent = label;
  const usage = document.createElement("span");
  usage.className = "usage";
  usage.textContent = rest;
  const description = document.createElement("small");
  description.textContent = about;
  item.append(name, " ", usage, " ", description);
  return item;
}

function hint(form, text, commands) {
  const line = form.querySelector(".composer-hint");
  line.dataset.rest ??= line.innerHTML;
  const [, name, word] = /^(\/\S+)(?:\s+(\S+))?/.exec(text) ?? [];
  const command = commands.find((each) => each.command === name);
  const sub = command?.words.find((each) => each.word === word);
  if (!command) line.innerHTML = line.dataset.rest;
  else line.textContent = sub ? `${name} ${sub.word} ${sub.rest}` : `${name} ${command.usageHint}`;
}

function choose(box, index) {
  const items = [...box.form.querySelectorAll("[role=option]")];
  items.forEach((item, i) => item.setAttribute("aria-selected", String(i === index)));
  const item = items[index];
  if (item) {
    box.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  } else box.removeAttribute("aria-activedescendant");
}

export function accept(box, item) {
  box.value = item.dataset.insert;
  box.focus();
  keepDraft(box);
  suggest(box);
}

export function closeSuggestions(form) {
  const listbox = form.querySelector("[role=listbox]");
  listbox.hidden = true;
  listbox.replaceChildren();
  form.querySelector("textarea").removeAttribute("aria-activedescendant");
}

/** Keys of the box. True: the key is used up. */
export function boxKey(event, box) {
  const items = [...box.form.querySelectorAll("[role=option]")];
  const at = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
  if (items.length > 0) {
    if (event.key === "ArrowDown") return choose(box, (at + 1) % items.length), true;
    if (event.key === "ArrowUp") return choose(box, at <= 0 ? items.length - 1 : at - 1), true;
    if (event.key === "Escape") return closeSuggestions(box.form), true;
    if (event.key === "Tab" && !event.shiftKey) return accept(box, items[Math.max(at, 0)]), true;
    if (event.key === "Enter" && !event.shiftKey && at >= 0) return accept(box, items[at]), true;
  }
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) return box.form.requestSubmit(), true;
  return false;
}
