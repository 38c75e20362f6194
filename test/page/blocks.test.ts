import { describe, expect, test } from "vitest";
import { renderBlocks } from "#sandbox/page/blocks/render";
import type { Block, Json } from "#sandbox/slack/model";
import { morning } from "#test/page/fake-world";
import { evidenceBlocks, reasonView, releaseBlocks } from "#test/page/release-blocks";
import { viewing } from "#test/page/viewing";

const evil = `<img src=x onerror="alert('1')">&`;
const plain = (text: string): Block => ({ type: "plain_text", text });
const mrkdwn = (text: string): Block => ({ type: "mrkdwn", text });
const render = (block: Block, more: Partial<typeof viewing> = {}) =>
  renderBlocks([{ block_id: "b", ...block }], { ...viewing, ...more }).html;
const action = (element: Block) => render({ type: "actions", elements: [element] });
const options = [
  { text: plain("24 hours"), value: "24" },
  { text: plain("48 hours"), value: "48", description: plain("two days") },
];

describe("escaping", () => {
  const everywhere: readonly Block[] = [
    { type: "header", text: plain(evil) },
    {
      type: "section",
      text: mrkdwn(evil),
      fields: [plain(evil)],
      accessory: { type: "button", text: plain(evil), action_id: evil, accessibility_label: evil },
    },
    { type: "context", elements: [mrkdwn(evil), { type: "image", alt_text: evil, image_url: evil }] },
    { type: "image", alt_text: evil, title: plain(evil), image_url: `https://a.example/${evil}` },
    {
      type: "actions",
      elements: [
        { type: "overflow", action_id: "o", options: [{ text: plain(evil), value: evil, description: plain(evil) }] },
      ],
    },
    {
      type: "actions",
      elements: [
        {
          type: "static_select",
          action_id: "s",
          placeholder: plain(evil),
          option_groups: [{ label: plain(evil), options: [{ text: plain(evil), value: evil }] }],
        },
      ],
    },
    {
      type: "actions",
      elements: [
        {
          type: "button",
          action_id: "c",
          text: plain("x"),
          confirm: { title: plain(evil), text: mrkdwn(evil), confirm: plain(evil), deny: plain(evil) },
        },
      ],
    },
    {
      type: "input",
      label: plain(evil),
      hint: plain(evil),
      element: {
        type: "plain_text_input",
        action_id: "i",
        initial_value: evil,
        placeholder: plain(evil),
        multiline: true,
      },
    },
    {
      type: "input",
      label: plain(evil),
      element: { type: "radio_buttons", action_id: "r", options: [{ text: mrkdwn(evil), value: evil }] },
    },
    {
      type: "rich_text",
      elements: [
        {
          type: "rich_text_section",
          elements: [{ type: "text", text: evil }, { type: "link", url: evil, text: evil }, { type: evil }],
        },
      ],
    },
    { type: "markdown", text: evil },
    { type: "table", rows: [[{ type: "raw_text", text: evil }], [{ type: evil }]] },
    { type: "data_table", caption: evil, rows: [] },
    {
      type: "plan",
      title: evil,
      tasks: [{ type: "task_card", title: evil, status: evil, sources: [{ type: "url", url: evil, text: evil }] }],
    },
    { type: "container", title: plain(evil), subtitle: mrkdwn(evil), child_blocks: [{ type: evil }] },
    { type: "alert", level: evil, text: mrkdwn(evil) },
    { type: "card", title: mrkdwn(evil), body: mrkdwn(evil) },
    {
      type: "data_visualization",
      title: evil,
      chart: {
        type: "bar",
        series: [{ name: evil, data: [{ label: evil, value: 1 }] }],
        axis_config: { categories: [evil] },
      },
    },
    { type: "file", external_id: evil },
    { type: evil, block_id: evil },
  ];
  test.each(everywhere.map((block) => [String(block.type).slice(0, 20), block] as const))(
    "%s lets no markup through",
    (_, block) => {
      const markup = render(block, { errors: { b: evil } });
      expect(markup).not.toContain("<img src=x");
      expect(markup).not.toContain('onerror="');
      expect(markup).toContain("&lt;img src=x");
    },
  );
});

describe("nothing that was sent is silently left out", () => {
  test.each([
    ["an unknown block", { type: "hologram" }, "unknown block type hologram"],
    ["a block without a type", {}, "unknown block type (none)"],
    [
      "an unknown element",
      { type: "actions", elements: [{ type: "lever", action_id: "x" }] },
      "unknown element type lever",
    ],
    [
      "an unknown accessory",
      { type: "section", text: plain("x"), accessory: { type: "lever" } },
      "unknown element type lever",
    ],
    [
      "an unknown child",
      { type: "container", title: plain("t"), child_blocks: [{ type: "hologram" }] },
      "unknown block type hologram",
    ],
    [
      "an unknown rich text part",
      { type: "rich_text", elements: [{ type: "rich_text_poem" }] },
      "unknown rich text rich_text_poem",
    ],
    ["an unknown table cell", { type: "table", rows: [[{ type: "raw_smell" }]] }, "unknown cell raw_smell"],
    ["an unknown task status", { type: "task_card", title: "t", status: "napping" }, "napping"],
  ])("%s is named on the page", (_, block, words) => expect(render(block)).toContain(words));

  test("wrongly shaped blocks never throw", () => {
    const types = [
      "header",
      "section",
      "context",
      "actions",
      "input",
      "image",
      "rich_text",
      "table",
      "container",
      "plan",
      "task_card",
      "alert",
      "card",
      "carousel",
      "data_visualization",
      "markdown",
    ];
    const wrong: readonly Json[] = [
      null,
      7,
      "x",
      [],
      [[null]],
      {},
      [{}],
      [{ type: "x", options: 3, elements: [null] }],
    ];
    const keys = ["text", "elements", "rows", "tasks", "child_blocks", "element", "chart", "fields", "accessory"];
    for (const type of types) {
      for (const value of wrong) {
        const block: Block = { type, ...Object.fromEntries(keys.map((key) => [key, value])) };
        expect(() => render(block)).not.toThrow();
      }
    }
  });
});

describe("messages", () => {
  test("a header is a heading, a divider a rule, a context its parts", () => {
    expect(render({ type: "header", text: plain("support-docs :rocket:") })).toContain("<h3>support-docs 🚀</h3>");
    expect(render({ type: "divider" })).toContain("<hr>");
    expect(render({ type: "context", elements: [mrkdwn("*a*"), plain("*b*")] })).toMatch(/<strong>a<\/strong>.*\*b\*/s);
  });

  test("a section shows text, fields and accessory", () => {
    const markup = render({
      type: "section",
      text: mrkdwn("t"),
      fields: [mrkdwn("*f*"), plain("g")],
      accessory: { type: "button", text: plain("Details"), action_id: "d" },
    });
    expect(markup).toMatch(/t.*<strong>f<\/strong>.*>g<.*>Details<\/button>/s);
  });

  test("pictures come from uploads or this machine, never from the network", () => {
    expect(render({ type: "image", alt_text: "F1", slack_file: { id: "F1" } })).toContain(
      '<img src="/file/F1" alt="F1">',
    );
    const far = render({ type: "image", alt_text: "F1", image_url: "https://a.example/x.png" });
    expect(far).not.toContain("<img");
    expect(far).toContain('href="https://a.example/x.png"');
    expect(render({ type: "image", alt_text: "lost", slack_file: { id: "F404" } })).toContain("lost: not loaded here");
  });

  test("a table has its head, its alignment, and numbers", () => {
    const markup = renderBlocks(evidenceBlocks(), viewing).html;
    expect(markup).toContain('<th scope="col" class="left">KPI</th>');
    expect(markup).toContain('<td class="right">0.56</td>');
    const numbers = render({
      type: "data_table",
      caption: "K",
      rows: [[{ type: "raw_text", text: "h" }], [{ type: "raw_number", value: 4 }]],
    });
    expect(numbers).toContain('<th scope="row" class="right">4</th>');
  });

  test("a plan says each state in a word and counts what is complete", () => {
    const markup = renderBlocks(evidenceBlocks(), viewing).html;
    expect(markup).toContain("1 of 4 complete");
    for (const word of ["Complete", "In progress", "Pending", "Error"]) expect(markup).toContain(`>${word}</span>`);
    expect(markup).toContain("the service answered 503");
  });

  test("a collapsible container is a disclosure, closed when it should be", () => {
    const container = (more: Block) =>
      render({ type: "container", title: plain("Evidence"), child_blocks: [{ type: "divider" }], ...more });
    expect(container({ is_collapsible: true, default_collapsed: true })).toMatch(
      /<details class="container" id="p-b-fold"><summary/,
    );
    expect(container({ is_collapsible: true })).toMatch(/<details class="container" id="p-b-fold" open>/);
    expect(container({})).not.toContain("<details");
  });

  test("a chart is drawn, and its numbers stand in a table", () => {
    const markup = renderBlocks(evidenceBlocks(), viewing).html;
    expect(markup).toMatch(/<svg [^>]*role="img" aria-label="F1 by hour, line chart of F1">/);
    expect(markup.match(/<polyline/g)).toHaveLength(2);
    expect(markup).toMatch(/<th scope="row">14:00<\/th><td class="right">0.56<\/td><td class="right">0.61<\/td>/);
    const pie = render({
      type: "data_visualization",
      title: "Share",
      chart: { type: "pie", segments: [{ label: "a", value: 3 }] },
    });
    expect(pie).toContain("<details open>");
    expect(pie).toMatch(/<th scope="row">a<\/th><td class="right">3<\/td>/);
    expect(
      render({
        type: "data_visualization",
        title: "Flat",
        chart: { type: "bar", series: [{ name: "s", data: [{ label: "a", value: 0 }] }] },
      }),
    ).not.toContain("NaN");
  });

  test("an alert says its level in a word", () => {
    expect(render({ type: "alert", level: "error", text: mrkdwn("down") })).toMatch(
      /class="alert error".*Error.*down/s,
    );
  });

  test("rich text keeps styles, lists, and literal text", () => {
    const markup = render({
      type: "rich_text",
      elements: [
        {
          type: "rich_text_section",
          elements: [
            { type: "text", text: "*b*\n", style: { bold: true, code: true } },
            { type: "emoji", name: "x" },
            { type: "user", user_id: "UDAN" },
          ],
        },
        {
          type: "rich_text_list",
          style: "ordered",
          offset: 2,
          indent: 1,
          elements: [{ type: "rich_text_section", elements: [{ type: "text", text: "i" }] }],
        },
        { type: "rich_text_preformatted", elements: [{ type: "text", text: "pre" }] },
        { type: "rich_text_quote", elements: [{ type: "date", timestamp: morning / 1000, format: "{time}" }] },
      ],
    });
    expect(markup).toContain("<strong><code>*b*<br></code></strong>❌");
    expect(markup).toContain("@Dan Ito");
    expect(markup).toContain('<ol class="indent-1" start="3"><li>i</li></ol>');
    expect(markup).toContain("<pre><code>pre</code></pre>");
    expect(markup).toMatch(/<blockquote><time[^>]*>10:00<\/time>/);
  });

  test("a release message renders with every row and no unknown part", () => {
    const markup = renderBlocks(releaseBlocks(morning), viewing).html;
    expect(markup).not.toContain("unknown");
    for (const words of ["What blocks the cutover", "Sign</button>", "Withdraw</button>", "Cut over</button>"])
      expect(markup).toContain(words);
  });
});

describe("controls", () => {
  test("a button names its block and action, its style, and asks when it has a question", () => {
    const markup = action({
      type: "button",
      action_id: "cut",
      text: plain("Cut over"),
      style: "danger",
      confirm: { title: plain("Sure?"), text: plain("It flips."), confirm: plain("Flip"), deny: plain("No") },
    });
    expect(markup).toMatch(
      /<button class="button danger" type="button" id="p-b-cut" data-click data-block="b" data-action="cut" data-dispatch data-confirm="p-b-cut-confirm">Cut over<\/button>/,
    );
    expect(markup).toMatch(
      /<template id="p-b-cut-confirm">.*Sure\?.*It flips\..*value="deny">No<.*value="confirm">Flip</s,
    );
  });

  test("a button with an address opens only safe ones", () => {
    expect(action({ type: "button", action_id: "u", text: plain("Runbook"), url: "https://a.example" })).toContain(
      '<a class="button" href="https://a.example" target="_blank"',
    );
    expect(
      action({ type: "button", action_id: "u", text: plain("Runbook"), url: "javascript:alert(1)" }),
    ).not.toContain("href");
  });

  test("selects offer their options, the chosen one first shown", () => {
    const markup = action({
      type: "static_select",
      action_id: "s",
      placeholder: plain("Until"),
      options,
      initial_option: options[1] ?? null,
    });
    expect(markup).toMatch(
      /<option value="">Until<\/option><option value="24">24 hours<\/option><option value="48" selected>/,
    );
    expect(markup).toContain("data-dispatch");
    expect(action({ type: "users_select", action_id: "w" })).toContain('<option value="UDAN">Dan &lt;Ito&gt;</option>');
  });

  test("radio buttons and checkboxes are named groups", () => {
    const radios = render({
      type: "input",
      label: plain("Until"),
      element: { type: "radio_buttons", action_id: "r", options, initial_option: options[0] ?? null },
    });
    expect(radios).toMatch(/role="radiogroup" aria-label="Until"/);
    expect(radios).toMatch(/type="radio" name="p-b-r" id="p-b-r-0" value="24" required checked/);
    const boxes = action({ type: "checkboxes", action_id: "c", options, initial_options: options });
    expect(boxes.match(/type="checkbox"[^>]* checked/g)).toHaveLength(2);
  });

  test("an overflow is a menu of buttons that carry their value", () => {
    const markup = action({ type: "overflow", action_id: "o", options });
    expect(markup).toMatch(/<summary class="button" aria-label="More actions">/);
    expect(markup).toMatch(
      /data-click data-selected="48" data-block="b" data-action="o" data-dispatch>\s*48 hours<small>two days<\/small>/,
    );
  });

  test.each([
    [
      { type: "plain_text_input", multiline: true, min_length: 3, max_length: 9, initial_value: "abc" },
      /<textarea rows="4".*minlength="3" maxlength="9">abc<\/textarea>/,
    ],
    [
      { type: "number_input", is_decimal_allowed: false, min_value: "1", max_value: "5" },
      /type="number".*step="1" min="1" max="5"/,
    ],
    [{ type: "number_input", is_decimal_allowed: true }, /step="any"/],
    [{ type: "datepicker", initial_date: "2026-11-03" }, /type="date".*value="2026-11-03"/],
    [{ type: "datetimepicker", initial_date_time: morning / 1000 }, /type="datetime-local".*value="2026-11-03T10:00"/],
    [{ type: "timepicker", initial_time: "03:12" }, /type="time".*value="03:12"/],
    [{ type: "email_text_input" }, /type="email"/],
    [{ type: "url_text_input" }, /type="url"/],
  ])("%o becomes the browser's own control", (element, markup) => {
    expect(render({ type: "input", label: plain("L"), element: { action_id: "i", ...element } })).toMatch(markup);
  });

  test("an input has label, hint, and the app's sentence about what is wrong", () => {
    const block: Block = {
      type: "input",
      label: plain("Reason"),
      hint: plain("In the audit trail."),
      element: { type: "plain_text_input", action_id: "i" },
    };
    const fine = render(block);
    expect(fine).toContain('<label for="p-b-i">Reason</label>');
    expect(fine).toMatch(/aria-describedby="p-b-hint" required aria-label="Reason"/);
    expect(fine).not.toContain("data-dispatch");
    const wrong = render(block, { errors: { b: "Too short." } });
    expect(wrong).toMatch(/aria-describedby="p-b-hint p-b-error" aria-invalid="true"/);
    expect(wrong).toContain('<p class="error" id="p-b-error" role="alert">Too short.</p>');
    expect(render({ ...block, optional: true })).toMatch(/\(optional\)/);
    expect(render({ ...block, optional: true })).not.toMatch(/ required/);
    expect(render({ ...block, dispatch_action: true })).toContain("data-dispatch");
  });

  test("every control of a modal has an id of its own", () => {
    const blocks = reasonView().blocks;
    const markup = renderBlocks(Array.isArray(blocks) ? blocks : [], viewing).html;
    const ids = [...markup.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(ids.length).toBeGreaterThan(6);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
