import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { Markdown } from "../../src/shell/Markdown";

const html = (text: string) => renderToStaticMarkup(<Markdown text={text} />);

test("items further in are lists of the item above them", () => {
  expect(html("- a\n  - b\n    1. c\n- d")).toBe("<ul><li>a<ul><li>b<ol><li>c</li></ol></li></ul></li><li>d</li></ul>");
  expect(html("1. a\n2. b\n- c")).toBe("<ol><li>a</li><li>b</li></ol><ul><li>c</li></ul>");
  expect(html("  - a\n- b\n\ntext")).toBe("<ul><li>a</li></ul><ul><li>b</li></ul><p>text</p>");
});

test("no markup of the author's gets through, and no address but those of pages and mail", () => {
  expect(html("<b>x</b>")).toBe("<p>&lt;b&gt;x&lt;/b&gt;</p>");
  expect(html("[a](javascript:1)")).toBe("<p>a</p>");
});
