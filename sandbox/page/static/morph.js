// Changes a piece of the document into another one by touching only what differs, so that focus, half-typed text,
// scroll positions and open disclosures outlive an update from the server.

const readersBusiness = { DETAILS: ["open"], DIALOG: ["open"] };
const scriptsBusiness = ["aria-busy", "aria-activedescendant"];

/** Makes `old` equal to `fresh`. Elements with `data-keep` belong to scripts and are left alone. */
export function morph(old, fresh) {
  if (old.nodeName !== fresh.nodeName) return old.replaceWith(document.importNode(fresh, true));
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  if (old.hasAttribute("data-keep")) return;
  // Equality does not look into templates (the questions asked before an action), so those are walked.
  if (!fresh.querySelector("template") && fresh.nodeName !== "TEMPLATE" && old.isEqualNode(fresh)) return;
  syncAttributes(old, fresh);
  if (old.nodeName === "TEMPLATE") old.innerHTML = fresh.innerHTML;
  else if (old.nodeName !== "TEXTAREA") morphChildren(old, fresh);
  else if (old.defaultValue !== fresh.defaultValue) old.defaultValue = fresh.defaultValue;
}

function syncAttributes(old, fresh) {
  const kept = [...scriptsBusiness, ...(readersBusiness[old.nodeName] ?? [])];
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !kept.includes(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (!kept.includes(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

/** Elements are recognised by id, all else by kind and order. */
function morphChildren(old, fresh) {
  const known = new Map();
  for (const child of old.children) if (child.id) known.set(child.id, child);
  const wanted = new Set([...fresh.children].map((child) => child.id));
  for (const [id, child] of known) if (!wanted.has(id)) remove(child);
  let cursor = old.firstChild;
  for (const next of [...fresh.childNodes]) {
    const twin = next.id ? known.get(next.id) : undefined;
    // Step over nameless leftovers rather than move a named element: moving it would drop its focus.
    if (twin) while (cursor && cursor !== twin && !cursor.id) cursor = remove(cursor);
    const match = twin ?? (!next.id && cursor && !cursor.id && cursor.nodeName === next.nodeName ? cursor : undefined);
    if (!match || match.nodeName !== next.nodeName) {
      old.insertBefore(document.importNode(next, true), cursor);
    } else {
      if (match === cursor) cursor = cursor.nextSibling;
      else place(old, match, cursor);
      morph(match, next);
    }
  }
  while (cursor) cursor = remove(cursor);
}

function place(parent, child, before) {
  if (parent.moveBefore) parent.moveBefore(child, before);
  else parent.insertBefore(child, before);
}

/** Closing an open dialog first gives the focus back to where it came from. */
function remove(node) {
  const next = node.nextSibling;
  if (node.nodeName === "DIALOG" && node.open) node.close();
  node.remove();
  return next;
}
