import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { actionNames, loadActions } from "../src/shell/actions";
import { KEYMAPS } from "../src/shell/keys";
import { RULES } from "../src/forms/rules";

await loadActions();

const catalogue = JSON.parse(readFileSync("../locales/en-US/editor.json", "utf8"));
const keys = flatten(catalogue);
const plain = new Set(keys.map((key) => key.replace(/_(zero|one|two|few|many|other)$/, "")));
const source = files("src").map((path) => readFileSync(path, "utf8")).join("\n");

function flatten(value: object, prefix = ""): string[] {
  return Object.entries(value).flatMap(([key, inner]) => (typeof inner === "string" ? [prefix + key] : flatten(inner, `${prefix}${key}.`)));
}

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? files(join(folder, entry.name)) : /\.tsx?$/.test(entry.name) ? [join(folder, entry.name)] : []));
}

test("every word the page asks for is in the catalogue", () => {
  const asked = [...source.matchAll(/\bt\((?:[^()"`]*\? )?"([\w.-]+)"(?: : "([\w.-]+)")?/g)].flatMap(([, one, other]) => [one!, other]).filter((key) => key !== undefined);
  const steps = [...source.matchAll(/"(history\.\w+)"/g)].map(([, key]) => key!);
  expect([...new Set([...asked, ...steps])].filter((key) => !plain.has(key))).toEqual([]);
});

test("every action, key and rule has words", () => {
  expect(actionNames().filter((name) => !plain.has(`action.${name}`))).toEqual([]);
  expect(Object.keys(RULES).filter((name) => !plain.has(`rule.${name}`))).toEqual([]);
  const names = new Set<string>(actionNames());
  expect(Object.values(KEYMAPS).flatMap((map) => Object.values(map)).filter((name) => !names.has(name))).toEqual([]);
});

test("every word in the catalogue is asked for", () => {
  const prefixes = [...source.matchAll(/`([\w-]+)\.(?:[\w-]*)\$\{/g)].map(([, prefix]) => `${prefix}.`);
  expect([...plain].filter((key) => !source.includes(`"${key}"`) && !prefixes.some((prefix) => key.startsWith(prefix)))).toEqual([]);
});

test("no component says an English sentence of its own", () => {
  const spoken = files("src").filter((path) => path.endsWith(".tsx")).flatMap((path) =>
    [...readFileSync(path, "utf8").matchAll(/(?:>|placeholder="|title="|aria-label=")([A-Z][a-z]+(?: [a-z]+)+)(?:<|")/g)].map(([, text]) => `${path}: ${text}`));
  expect(spoken).toEqual([]);
});
