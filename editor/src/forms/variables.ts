/**
 * Environment variables in forms: a template's list with what an instance's form shows for each, an instance's
 * values, and secrets, which never stay in the flow. A variable is stored as Node-RED does: `{name, type, value, ui}`.
 */
import { equal } from "../document/changes";
import { type FlowEntry, listOf } from "../document/flow";

export type Words = Readonly<Record<string, string>>;
export interface Variable { name: string; type?: string; value?: unknown; ui?: Ui }
export interface Ui { type?: string; label?: Words; icon?: string; opts?: { types?: string[]; opts?: { v: string; l: Words }[]; min?: number; max?: number } }

/** What an instance's form offers where the template says nothing. */
export const INPUT_TYPES = ["str", "num", "bool", "json", "bin", "env"];
export const CONTROLS = ["input", "select", "checkbox", "spinner", "cred", "conf-types", "none", "hide"] as const;

/** In the language, in its parent, in the one the author had, in the one everything is in. */
export function wordIn(words: Words | undefined, language: string): string | undefined {
  if (!words) return undefined;
  return words[language] || words[language.split("-")[0]!] || words["en-US"] || Object.values(words).find(Boolean);
}

/** The control that an instance's form has for a variable. */
export function controlOf({ type, ui }: Variable): string {
  return ui?.type ?? (type === "cred" ? "cred" : "input");
}

// the template's list: `ui` is spread over fields of the row

type Row = Record<string, unknown>;

export function toRow({ ui, ...variable }: Variable): Row {
  const types = ui?.opts?.types ?? INPUT_TYPES;
  return {
    ...variable, uiType: controlOf({ ...variable, ui }), uiLabels: Object.entries(ui?.label ?? {}).map(([lang, text]) => ({ lang, text })),
    ...Object.fromEntries([...INPUT_TYPES, "cred"].map((type) => [`ui-${type}`, types.includes(type)])),
    uiOptions: (ui?.opts?.opts ?? []).map(({ v, l }) => ({ v, text: Object.values(l)[0] ?? "", l })), uiMin: ui?.opts?.min ?? "", uiMax: ui?.opts?.max ?? "",
    ...(ui && { uiBefore: ui }),
  };
}

/** The other way; what is as it would be anyway is not written. */
export function fromRow(row: Row, language: string): Variable {
  const variable = Object.fromEntries(Object.entries(row).filter(([key]) => !key.startsWith("ui"))) as unknown as Variable;
  const before = row.uiBefore as Ui | undefined;
  const control = String(row.uiType ?? "input");
  if (control === "cred") variable.type = "cred";
  const label = Object.fromEntries((row.uiLabels as { lang: string; text: string }[] | undefined ?? []).filter(({ lang, text }) => lang && text).map(({ lang, text }) => [lang, text]));
  const opts = optionsOf(row, control, language);
  const implied = control === (variable.type === "cred" ? "cred" : "input") && !opts;
  const ui: Ui = { ...(before?.icon && { icon: before.icon }), ...(Object.keys(label).length && { label }), ...(!implied && { type: control }), ...(opts && { opts }) };
  return Object.keys(ui).length ? { ...variable, ui } : variable;
}

function optionsOf(row: Row, control: string, language: string): Ui["opts"] {
  if (control === "input") {
    const types = [...INPUT_TYPES, "cred"].filter((type) => row[`ui-${type}`]);
    return !types.length || equal(types, INPUT_TYPES) ? undefined : { types };
  }
  if (control === "select") {
    const options = (row.uiOptions as { v: string; text: string; l?: Words }[] | undefined) ?? [];
    return { opts: options.map(({ v, text, l }) => ({ v, l: l && Object.values(l)[0] === text ? l : { [Object.keys(l ?? {})[0] ?? language]: text || v } })) };
  }
  if (control !== "spinner") return undefined;
  const limits = { ...(row.uiMin !== "" && row.uiMin != null && { min: Number(row.uiMin) }), ...(row.uiMax !== "" && row.uiMax != null && { max: Number(row.uiMax) }) };
  return Object.keys(limits).length ? limits : undefined;
}

export const withDesign = (entry: FlowEntry): FlowEntry => ({ ...entry, env: listOf<Variable>(entry, "env").map(toRow) });

/** A heading has no name; any other variable without one is not kept. */
export function designFrom(changes: Row, language: string): Row {
  if (!Array.isArray(changes.env)) return changes;
  return { ...changes, env: (changes.env as Row[]).map((row) => fromRow(row, language)).filter((one) => one.name || one.ui?.type === "none") };
}

// an instance's values: a field for each variable of its template

export const ENV = "env:";
export const ENV_TYPE = "envType:";

const STORED_AS: Readonly<Record<string, string>> = { select: "str", spinner: "num", checkbox: "bool", cred: "cred", "conf-types": "conf-type" };

export function withVariables(entry: FlowEntry, template?: FlowEntry): FlowEntry {
  const own = listOf<Variable>(entry, "env");
  const inherited = (template ? listOf<Variable>(template, "env") : []).filter(({ name }) => name && !own.some((one) => one.name === name));
  const fields = [...own, ...inherited].flatMap(({ name, type, value }) => [[ENV + name, value], [ENV_TYPE + name, type]]);
  return { ...entry, ...Object.fromEntries(fields) };
}

/** The list of an instance after its form: only what differs from the template, and what was there and nobody touched. */
export function variablesFrom(entry: FlowEntry, changes: Row, submitted: (name: string) => boolean, template?: FlowEntry): Row {
  const rest = Object.fromEntries(Object.entries(changes).filter(([key]) => !key.startsWith(ENV) && !key.startsWith(ENV_TYPE)));
  const before = listOf<Variable>(entry, "env");
  const defaults = new Map((template ? listOf<Variable>(template, "env") : []).map((one) => [one.name, one]));
  const changed = Object.keys(changes).filter((key) => key.startsWith(ENV) || key.startsWith(ENV_TYPE)).map((key) => key.slice(key.indexOf(":") + 1));
  const after = [...new Set([...before.map(({ name }) => name), ...changed])].flatMap((name) => {
    const old = before.find((one) => one.name === name);
    const preset = defaults.get(name);
    if (!submitted(ENV + name)) return preset && old && !shows(preset) ? [old] : [];
    if (old && !changed.includes(name)) return [old];
    const now = valueFrom(old, preset, changes, name);
    return preset && now.type !== "cred" && now.type === preset.type && equal(now.value, preset.value) ? [] : [now];
  });
  return JSON.stringify(after) === JSON.stringify(before) ? rest : { ...rest, env: after };
}

function valueFrom(old: Variable | undefined, preset: Variable | undefined, changes: Row, name: string): Variable {
  const base = old ?? preset;
  const value = ENV + name in changes ? changes[ENV + name] : base?.value;
  const stored = preset && STORED_AS[controlOf(preset)];
  const type = stored ?? ((ENV_TYPE + name in changes ? changes[ENV_TYPE + name] : base?.type) as string | undefined);
  return { ...old, name, value: stored && typeof value !== "string" ? String(value ?? "") : value, type };
}

export const shows = (variable: Variable) => !["hide", "none"].includes(controlOf(variable));

// secrets

/** Stands for a secret that the server has and the page does not know. */
export const UNCHANGED = "__PWRD__";

const isSecret = ({ type }: Variable) => type === "cred";

export const hasSecrets = (entry: FlowEntry | undefined) => entry !== undefined && listOf<Variable>(entry, "env").some(isSecret);

export function withSecrets(entry: FlowEntry, known: Readonly<Record<string, unknown>>): FlowEntry {
  if (!hasSecrets(entry)) return entry;
  const shown = (one: Variable) => known[one.name] ?? (known[`has_${one.name}`] ? UNCHANGED : one.value);
  return { ...entry, env: listOf<Variable>(entry, "env").map((one) => (isSecret(one) ? { ...one, value: shown(one) } : one)) };
}

/** Takes secrets out of the changed list. All are named, for the server drops those that are not. */
export function secretsFrom(changes: Row, before: FlowEntry): { changes: Row; secrets: Record<string, string> } {
  if (!Array.isArray(changes.env)) return { changes, secrets: {} };
  const list = changes.env as Variable[];
  const now = Object.fromEntries(list.filter(isSecret).map(({ name, value }) => [name, String(value ?? "")]));
  const gone = listOf<Variable>(before, "env").filter((one) => isSecret(one) && !(one.name in now)).map(({ name }) => [name, ""]);
  return { changes: { ...changes, env: list.map((one) => (isSecret(one) ? { ...one, value: "" } : one)) }, secrets: { ...now, ...Object.fromEntries(gone) } };
}
