/** The rules a field can break, by name: the same names the server checks at a deploy. */
import type { FieldDescriptor } from "../server/descriptors";
import type { ReadField } from "./conditions";

type Rule = (text: string, read: ReadField, argument: string) => boolean;

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
/** A value with `${NAME}` in it is filled in when the flow starts; nobody can judge it now. */
const FROM_ENVIRONMENT = /\$\{[^}]+\}/;

export const RULES: Record<string, Rule> = {
  number: (text) => NUMBER.test(text),
  integer: (text) => /^[+-]?\d+$/.test(text),
  json: (text) => parses(text),
  url: (text) => /^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(text) || text.includes("{{"),
  path: (text) => validPath(text),
  regex: (text, _, expression) => new RegExp(expression).test(text),
  typed: (text, read, typeField) => typedValid(text, String(read(typeField) ?? "str")),
};

/** The name of the first broken rule, `required` first; null when all hold. */
export function broken(value: unknown, field: Pick<FieldDescriptor, "required" | "validate">, read: ReadField): string | null {
  const empty = value === undefined || value === null || value === "";
  if (empty) return field.required ? "required" : null;
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  if (FROM_ENVIRONMENT.test(text)) return null;
  for (const { name, argument } of parse(field.validate ?? "")) {
    const rule = RULES[name];
    if (rule && !rule(text, read, argument)) return name;
  }
  return null;
}

/** `regex:` takes the rest of the line, so it stands last. */
function parse(rules: string): { name: string; argument: string }[] {
  const [before, expression] = splitOnce(rules, "regex:");
  const named = before.split(/\s+/).filter(Boolean).map((rule) => {
    const [name, argument] = splitOnce(rule, ":");
    return { name, argument };
  });
  return expression ? [...named, { name: "regex", argument: expression }] : named;
}

function splitOnce(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + mark.length)];
}

export function typedValid(text: string, type: string): boolean {
  switch (type) {
    case "num": return NUMBER.test(text) || /^0[xbo][0-9a-f]+$/i.test(text);
    case "bool": return text === "true" || text === "false";
    case "json": return parses(text);
    case "bin": return parses(text);
    case "msg": case "flow": case "global": return validPath(text);
    case "re": return compiles(text);
    case "env": return text.length > 0;
    default: return true;
  }
}

/** `a.b["c"][0]`, `a[msg.b]`; after a dot comes a letter of a to z, a digit, `$` or `_`. A context key may start with `#:(store)::`. */
export function validPath(text: string): boolean {
  const path = text.replace(/^#:\([^)]*\)::/, "");
  return /^[^\s.[\]"']+(\.[\w$][^\s.[\]"']*|\[\d+\]|\["[^"]*"\]|\['[^']*'\]|\[msg(\.[\w$][^\s.[\]"']*|\[\d+\]|\["[^"]*"\])+\])*$/.test(path);
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function compiles(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
