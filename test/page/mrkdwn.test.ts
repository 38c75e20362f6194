import { describe, expect, test } from "vitest";
import { markdown } from "#sandbox/page/blocks/markdown";
import { mrkdwn, plainText } from "#sandbox/page/blocks/mrkdwn";
import { morning } from "#test/page/fake-world";
import { viewing } from "#test/page/viewing";

/** One line of mrkdwn, without the element around a paragraph. */
const line = (text: string) => mrkdwn(text, viewing).html.replace(/^<div class="lines">|<\/div>$/g, "");

describe("mrkdwn: what Slack gives a meaning to", () => {
  test.each([
    ["*bold* and _italic_ and ~strike~", "<strong>bold</strong> and <em>italic</em> and <s>strike</s>"],
    ["*bold, _both_*", "<strong>bold, <em>both</em></strong>"],
    ["(*Data quality*): 3", "(<strong>Data quality</strong>): 3"],
    ["`a *b* <c>` d", "<code>a *b* &lt;c&gt;</code> d"],
    ["*a `x*y` b*", "<strong>a <code>x*y</code> b</strong>"],
    [":x: no :tada:", "❌ no 🎉"],
    ["one\ntwo", "one<br>two"],
    ["&lt;b&gt; &amp; &quot;", "&lt;b&gt; &amp; &amp;quot;"],
  ])("%s", (text, markup) => expect(line(text)).toBe(markup));

  test("mentions show names; the reader's own name stands out; unknown ids stay readable", () => {
    expect(line("<@UDAN> <@UROSA>")).toBe(
      '<span class="mention">@Dan Ito</span> <span class="mention mention-me">@Rosa Lind</span>',
    );
    expect(line("<@UXXX> <@UXXX|old name>")).toContain('@UXXX</span> <span class="mention">@old name');
    expect(line("<!subteam^S1> <!subteam^S9|@others> <!here>")).toMatch(/@data-leads<.*@others<.*@here</);
    expect(line("<#CREL> <#C404|gone>")).toMatch(/href="\/\?channel=CREL" data-go>#release<.*>#gone</);
  });

  test("links have a label, bare addresses become links without the full stop behind them", () => {
    expect(line("<https://a.example/x?y=1&amp;z=2|the *notes*>")).toContain('href="https://a.example/x?y=1&amp;z=2"');
    expect(line("<https://a.example|the notes>")).toContain(">the notes</a>");
    expect(line("see https://a.example/x.")).toMatch(
      /href="https:\/\/a.example\/x"[^>]*>https:\/\/a.example\/x<\/a>\.$/,
    );
  });

  test("quotes, lists and code blocks are blocks, and keep the marker that was typed", () => {
    const text = "Found:\n• one\n• two\n&gt; a *quote*\n&gt; more\n1. first\n```\nSELECT *\nFROM a\n```\nend";
    expect(mrkdwn(text, viewing).html).toBe(
      '<div class="lines">Found:</div><ul class="marks"><li class="dot">one</li><li class="dot">two</li></ul>' +
        "<blockquote>a <strong>quote</strong><br>more</blockquote>" +
        '<ol class="marks"><li value="1">first</li></ol>' +
        '<pre><code>SELECT *\nFROM a</code></pre><div class="lines">end</div>',
    );
    expect(mrkdwn("- 5 degrees", viewing).html).toContain('<li class="dash">5 degrees</li>');
  });
});

describe("mrkdwn: what it gives none stays the text it was", () => {
  test.each([
    "# hash",
    "1 * 2 * 3",
    "snake_case_name and a_b",
    "* not bold *",
    "**twice**",
    "2*3*4",
    "~/bin and ~",
    "``",
    "a ` b",
    ":unknown_emoji_name:",
    "12:30:45",
    "_",
  ])("%s", (text) => expect(line(text)).toBe(text));

  test.each([
    ["<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"],
    ["<javascript:alert(1)|click>", "&lt;javascript:alert(1)|click&gt;"],
    ['<https://a.example/"onmouseover="x|l>', null],
    ["a < b", "a &lt; b"],
    ["<@udan>", "&lt;@udan&gt;"],
    ["<>", "&lt;&gt;"],
  ])("%s can do nothing", (text, markup) => {
    if (markup === null) expect(line(text)).not.toMatch(/"onmouseover/);
    else expect(line(text)).toBe(markup);
  });
});

describe("dates", () => {
  const at = morning / 1000;

  test("are shown in the reader's zone", () => {
    expect(line(`<!date^${at}^{date_short_pretty} {time}|then>`)).toContain(">today 10:00</time>");
    expect(line(`<!date^${at}^{date_num} {time_secs}|then>`)).toContain(">2026-11-03 10:00:00</time>");
    expect(line(`<!date^${at - 86_400}^{date_pretty}|then>`)).toContain(">yesterday</time>");
    expect(line(`<!date^${at - 864_000}^{date_long}|then>`)).toMatch(/>Saturday,? 24 October 2026<\/time>/);
    expect(line(`<!date^${at - 180}^{ago}|then>`)).toContain(">3 minutes ago</time>");
  });

  test("near midnight fall on the day that the reader's calendar says", () => {
    const late = Date.UTC(2026, 10, 2, 23, 30) / 1000;
    expect(line(`<!date^${late}^{date_pretty}|then>`)).toContain(">today<");
    expect(mrkdwn(`<!date^${late}^{date_pretty}|then>`, { ...viewing, timeZone: "UTC" }).html).toContain(">yesterday<");
  });

  test("may link, and fall back to the sender's text when the format is not Slack's", () => {
    expect(line(`<!date^${at}^{time}^https://a.example/|then>`)).toContain('<a class="link" href="https://a.example/"');
    expect(line(`<!date^${at}^{moon_phase}|at &lt;9&gt;>`)).toBe("at &lt;9&gt;");
  });
});

test("plain text knows emoji and nothing else", () => {
  expect(plainText("*a* <@UDAN> :x: &amp; <b>").html).toBe("*a* &lt;@UDAN&gt; ❌ &amp; &lt;b&gt;");
  expect(plainText(":x:", false).html).toBe(":x:");
});

describe("the markdown block", () => {
  test("knows headings, lists, tables, fences and quotes", () => {
    const text =
      "# Title\n\nSome **bold** *it* ~~no~~ `x<y` [l](https://a.example)\n- a\n  - b\n\n3. c\n\n| K | V |\n|---|--:|\n| a | 1 |\n\n> q\n\n```sql\nSELECT '<'\n```\n---";
    const { html } = markdown(text);
    expect(html).toContain('<p class="md-heading">Title</p>');
    expect(html).toContain("<strong>bold</strong> <em>it</em> <s>no</s> <code>x&lt;y</code>");
    expect(html).toContain('href="https://a.example"');
    expect(html).toContain('<ul><li>a</li><li class="nested">b</li></ul>');
    expect(html).toContain('<ol start="3"><li>c</li></ol>');
    expect(html).toContain('<th scope="col">K</th>');
    expect(html).toContain("<td>1</td>");
    expect(html).toContain("<pre><code>SELECT &#39;&lt;&#39;</code></pre>");
    expect(html).toContain("<hr>");
  });

  test("treats HTML and unsafe links as text", () => {
    expect(markdown("<img src=x onerror=alert(1)>").html).toContain("&lt;img");
    expect(markdown("[a](javascript:alert)").html).not.toContain("href");
    expect(markdown("2 * 3 * 4 and a_b_c").html).toContain("2 * 3 * 4 and a_b_c");
  });

  test("ends on any input", () => {
    for (const text of ["", "\n", ">", "- ", "```", "|", "1.", "#", "| a |\n|", "***"]) {
      expect(markdown(text).html).toContain("rich");
    }
  });
});
