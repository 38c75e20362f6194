import { type Html, html } from "#sandbox/page/html";

/** The document around the fragments; the first event of the stream fills it. */
export const shell = (title: string, hint: string): Html => html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · sandbox</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/static/page.css">
<script type="module" src="/static/client.js"></script></head>
<body>
<a class="skip" href="#composer" data-skip>Skip to the message box</a>
<noscript>This page needs JavaScript.</noscript>
<div class="app">
<nav id="rail" aria-label="Workspace"></nav>
<main aria-label="Channel"><header id="channel-head" class="pane-head"></header>
${hint ? html`<p class="hint-bar" id="hint-bar">${hint}</p>` : ""}
<div class="messages-frame"><div id="messages" role="log"></div><button id="jump" class="button" type="button" hidden>New messages ↓</button></div>
<div id="composer" class="composer"></div></main>
<aside id="thread" aria-label="Thread" hidden></aside>
</div>
<div id="modals"></div>
<dialog id="confirm" class="modal small" aria-labelledby="confirm-title"><form method="dialog"></form></dialog>
<div id="toasts" class="toasts" role="region" aria-label="Notices"></div>
<p id="offline" role="status" hidden>The sandbox does not answer. Trying again…</p>
</body></html>`;
