/** Markdown as elements, the part people use in notes: no HTML of the author's ever reaches the page. */
import { Fragment, memo, type ReactNode } from "react";

export const Markdown = memo(function Markdown({ text }: { text: string }) {
  return <>{blocks(text).map((block, at) => <Fragment key={at}>{block}</Fragment>)}</>;
});

function blocks(text: string): ReactNode[] {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const result: ReactNode[] = [];
  while (lines.length) {
    const line = lines[0]!;
    if (!line.trim()) lines.shift();
    else if (line.startsWith("```")) result.push(fence(lines));
    else if (/^#{1,6} /.test(line)) result.push(heading(lines.shift()!));
    else if (/^\s*([-*+]|\d+\.) /.test(line)) result.push(list(lines));
    else if (/^>/.test(line)) result.push(<blockquote>{inline(take(lines, (next) => /^>/.test(next)).map((one) => one.replace(/^> ?/, "")).join("\n"))}</blockquote>);
    else if (/^(-{3,}|\*{3,})$/.test(line.trim())) result.push(lines.shift() && <hr />);
    else if (line.includes("|") && /^[\s|:-]+$/.test(lines[1] ?? "-x") && lines[1]!.includes("-")) result.push(table(lines));
    else result.push(<p>{inline(take(lines, (next) => Boolean(next.trim()) && !/^(#{1,6} |```|>|\s*([-*+]|\d+\.) )/.test(next)).join("\n"))}</p>);
  }
  return result;
}

/** The first line and those after it that belong to it. */
function take(lines: string[], belongs: (line: string) => boolean): string[] {
  const taken = [lines.shift()!];
  while (lines.length && belongs(lines[0]!)) taken.push(lines.shift()!);
  return taken;
}

function fence(lines: string[]): ReactNode {
  lines.shift();
  const code: string[] = [];
  while (lines.length && !lines[0]!.startsWith("```")) code.push(lines.shift()!);
  lines.shift();
  return <pre><code>{code.join("\n")}</code></pre>;
}

function heading(line: string): ReactNode {
  const level = line.indexOf(" ");
  const Tag = (["h3", "h3", "h4", "h5", "h6", "h6"] as const)[level - 1]!;
  return <Tag>{inline(line.slice(level + 1))}</Tag>;
}

const ITEM = /^\s*([-*+]|\d+\.) /;
const indent = (line: string) => line.search(/\S/);
const isNumbered = (line: string) => /^\s*\d/.test(line);

/** Items further in belong to the one above them. */
function list(lines: string[]): ReactNode {
  const depth = indent(lines[0]!);
  const numbered = isNumbered(lines[0]!);
  const items: ReactNode[][] = [];
  for (let next = lines[0]; next !== undefined && ITEM.test(next) && indent(next) >= depth; next = lines[0]) {
    if (indent(next) > depth + 1 && items.length) items.at(-1)!.push(list(lines));
    else if (isNumbered(next) !== numbered) break;
    else items.push([...inline(lines.shift()!.replace(ITEM, ""))]);
  }
  const Tag = numbered ? "ol" : "ul";
  return <Tag>{items.map((item, at) => <li key={at}>{item.map((part, index) => <Fragment key={index}>{part}</Fragment>)}</li>)}</Tag>;
}

function table(lines: string[]): ReactNode {
  const [head, , ...rows] = take(lines, (line) => line.includes("|")).map((line) => line.replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim()));
  return (
    <table>
      <thead><tr>{head!.map((cell, at) => <th key={at}>{inline(cell)}</th>)}</tr></thead>
      <tbody>{rows.map((row, at) => <tr key={at}>{row.map((cell, column) => <td key={column}>{inline(cell)}</td>)}</tr>)}</tbody>
    </table>
  );
}

const INLINE = /(`[^`]+`)|(\*\*[^*]+\*\*|__[^_]+__)|(\*[^*\s][^*]*\*|\b_[^_]+_\b)|(~~[^~]+~~)|!?\[([^\]]*)\]\(([^)\s]+)\)|(https?:\/\/[^\s)]+)|(\n)/g;

function inline(text: string): ReactNode[] {
  const result: ReactNode[] = [];
  let from = 0;
  for (const found of text.matchAll(INLINE)) {
    if (found.index > from) result.push(text.slice(from, found.index));
    result.push(<Fragment key={found.index}>{span(found)}</Fragment>);
    from = found.index + found[0].length;
  }
  if (from < text.length) result.push(text.slice(from));
  return result;
}

function span([whole, code, bold, italic, struck, linkText, address, bare]: RegExpMatchArray): ReactNode {
  if (code) return <code>{code.slice(1, -1)}</code>;
  if (bold) return <strong>{inline(bold.slice(2, -2))}</strong>;
  if (italic) return <em>{inline(italic.slice(1, -1))}</em>;
  if (struck) return <del>{inline(struck.slice(2, -2))}</del>;
  if (address || bare) return link(address ?? bare!, linkText || address || bare!, whole!.startsWith("!"));
  return <br />;
}

function link(address: string, text: string, image: boolean): ReactNode {
  if (!/^(https?:|mailto:|#|\.?\/)/i.test(address)) return text;
  return image ? <img src={address} alt={text} /> : <a href={address} target="_blank" rel="noreferrer">{text}</a>;
}
