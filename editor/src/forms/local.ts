/** Forms of what is no node type: flows, groups, subflows and their instances, and types nobody knows. */
import type { FlowEntry } from "../document/flow";
import { listOf } from "../document/flow";
import { t } from "../shell/words";

const ENV_TYPES = "str,num,bool,json,bin,env,jsonata,cred";

export function flowForm(): string {
  return row("label", t("flow.name"), `<input id="f-label" name="label" class="field">`)
    + row("disabled", t("flow.disabled"), `<input id="f-disabled" name="disabled" type="checkbox" class="switch">`)
    + row("locked", t("flow.lockedField"), `<input id="f-locked" name="locked" type="checkbox" class="switch">`) + env();
}

export function groupForm(): string {
  const color = (name: string) => `<input id="f-style-${name}" name="style.${name}" type="color" class="field color">`;
  return row("name", t("group.name"), `<input id="f-name" name="name" class="field">`) + row("style-stroke", t("group.stroke"), color("stroke")) + row("style-fill", t("group.fill"), color("fill"))
    + row("style-label", t("group.showName"), `<input id="f-style-label" name="style.label" type="checkbox" class="switch">`) + env();
}

export function subflowForm(): string {
  return row("name", t("subflow.name"), `<input id="f-name" name="name" class="field" required>`) + row("category", t("subflow.category"), `<input id="f-category" name="category" class="field" placeholder="subflows">`)
    + row("color", t("subflow.color"), `<input id="f-color" name="color" type="color" class="field color">`) + env();
}

/** An instance shows a row for each variable of its template. */
export function instanceForm(template: FlowEntry): string {
  const variables = listOf<Variable>(template, "env").map(({ name, type, ui }) => {
    const label = ui?.label?.["en-US"] ?? name;
    const types = ui?.opts?.types?.join(",") ?? ENV_TYPES;
    return `<div class="row" data-optional="${escape(ENV + name)}"><label for="f-env-${escape(name)}">${escape(label)}</label><div>`
      + `<fe-typed-input id="f-env-${escape(name)}" name="${escape(ENV + name)}" type-name="${escape(ENV_TYPE + name)}" types="${escape(types)}" default-type="${escape(type ?? "str")}"></fe-typed-input></div></div>`;
  });
  return row("name", t("subflow.instanceName"), `<input id="f-name" name="name" class="field">`) + (variables.length ? `<h3 class="sect">${escape(t("subflow.variables"))}</h3>${variables.join("")}` : "");
}

interface Variable { name: string; type?: string; value?: unknown; ui?: { label?: Record<string, string>; opts?: { types?: string[] } } }

const ENV = "env:";
const ENV_TYPE = "envType:";

/** An instance's list of variables as fields, and back. */
export function withVariables(entry: FlowEntry): FlowEntry {
  const fields = listOf<Variable>(entry, "env").flatMap(({ name, type, value }) => [[ENV + name, value], [ENV_TYPE + name, type]]);
  return { ...entry, ...Object.fromEntries(fields) };
}

export function variablesFrom(entry: FlowEntry, changes: Record<string, unknown>, submitted: (name: string) => boolean): Record<string, unknown> {
  const rest = Object.fromEntries(Object.entries(changes).filter(([key]) => !key.startsWith(ENV) && !key.startsWith(ENV_TYPE)));
  const before = listOf<Variable>(entry, "env");
  const names = new Set([...before.map((one) => one.name), ...Object.keys(changes).filter((key) => key.startsWith(ENV)).map((key) => key.slice(ENV.length))]);
  const after = [...names].flatMap((name) => {
    const old = before.find((one) => one.name === name);
    if (!submitted(ENV + name)) return [];
    const value = ENV + name in changes ? changes[ENV + name] : old?.value;
    const type = ENV_TYPE + name in changes ? changes[ENV_TYPE + name] : old?.type;
    return [{ ...old, name, value, type }];
  });
  return JSON.stringify(after) === JSON.stringify(before) ? rest : { ...rest, env: after };
}

const OWN_KEYS = new Set(["id", "type", "z", "x", "y", "w", "h", "wires", "g", "d", "l", "info", "inputLabels", "outputLabels", "icon", "credentials"]);

/** One row a key, by the kind of value it has now. */
export function propertyGrid(entry: FlowEntry): string {
  return Object.entries(entry).filter(([key]) => !OWN_KEYS.has(key)).map(([key, value]) => {
    const id = `f-${key}`;
    const attributes = `id="${escape(id)}" name="${escape(key)}"`;
    return row(key, null, typeof value === "boolean" ? `<input ${attributes} type="checkbox" class="switch">`
      : typeof value === "number" ? `<input ${attributes} type="number" step="any" data-type="number" class="field">`
        : typeof value === "string" && !value.includes("\n") ? `<input ${attributes} class="field">`
          : `<textarea ${attributes} class="field" rows="4" spellcheck="false"${typeof value === "string" ? "" : ' data-type="json" data-validate="json"'}></textarea>`);
  }).join("");
}

function row(id: string, label: string | null, control: string): string {
  return `<div class="row"><label for="f-${escape(id)}"${label === null ? "" : ' class="w"'}>${escape(label ?? id)}</label><div>${control}</div></div>`;
}

function env(): string {
  return `<h3 class="sect">${escape(t("flow.env"))}</h3><fe-list name="env" default='{"name":"","value":"","type":"str"}' add-label="${escape(t("flow.addEnv"))}"><template>`
    + `<input name="name" class="field env-name" placeholder="${escape(t("flow.envName"))}"><fe-typed-input name="value" type-name="type" types="${ENV_TYPES}"></fe-typed-input></template></fe-list>`;
}

export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[letter]!);
}
