/** Forms of what is no node type: flows, groups, subflows and their instances, and types nobody knows. */
import type { FlowEntry } from "../document/flow";
import { listOf } from "../document/flow";
import { configTypes } from "../server/registry";
import { t, useLanguage } from "../shell/words";
import { CONTROLS, controlOf, ENV, ENV_TYPE, INPUT_TYPES, type Variable, wordIn } from "./variables";

const ENV_TYPES = "str,num,bool,json,bin,env,jsonata,cred";

export function flowForm(): string {
  return row("label", t("flow.name"), `<input id="f-label" name="label" class="field">`)
    + row("disabled", t("flow.disabled"), `<input id="f-disabled" name="disabled" type="checkbox" class="switch">`)
    + row("locked", t("flow.lockedField"), `<input id="f-locked" name="locked" type="checkbox" class="switch">`) + env();
}

export function groupForm(): string {
  // What a group without colours of its own looks like: an input of a colour cannot say that it has none.
  const color = (name: string, otherwise: string) => `<input id="f-style-${name}" name="style.${name}" type="color" value="${otherwise}" class="field color">`;
  return row("name", t("group.name"), `<input id="f-name" name="name" class="field">`) + row("style-stroke", t("group.stroke"), color("stroke", "#999999")) + row("style-fill", t("group.fill"), color("fill", "#ffffff"))
    + row("style-label", t("group.showName"), `<input id="f-style-label" name="style.label" type="checkbox" class="switch">`) + env();
}

export function subflowForm(): string {
  return row("name", t("subflow.name"), `<input id="f-name" name="name" class="field" required>`) + row("category", t("subflow.category"), `<input id="f-category" name="category" class="field" placeholder="subflows">`)
    + row("color", t("subflow.color"), `<input id="f-color" name="color" type="color" class="field color">`) + designer();
}

/** An instance has a row for each variable of its template, with the control that the template gives it. */
export function instanceForm(template: FlowEntry, language: string): string {
  const variables = listOf<Variable>(template, "env").filter((one) => controlOf(one) !== "hide").map((one) => variableRow(one, language));
  return row("name", t("subflow.instanceName"), `<input id="f-name" name="name" class="field">`) + (variables.length ? `<h3 class="sect">${escape(t("subflow.variables"))}</h3>${variables.join("")}` : "");
}

function variableRow(variable: Variable, language: string): string {
  const label = wordIn(variable.ui?.label, language) ?? variable.name;
  if (controlOf(variable) === "none") return `<p class="env-heading">${escape(label)}</p>`;
  const id = `f-env-${variable.name}`;
  const named = `id="${escape(id)}" name="${escape(ENV + variable.name)}"`;
  return `<div class="row"><label for="${escape(id)}"${variable.ui?.label ? ' class="w"' : ""}>${escape(label)}</label><div>${controlFor(variable, named, language)}</div></div>`;
}

function controlFor(variable: Variable, named: string, language: string): string {
  const { opts } = variable.ui ?? {};
  switch (controlOf(variable)) {
    case "select": return `<select ${named} class="field">${(opts?.opts ?? []).map(({ v, l }) => `<option value="${escape(v)}">${escape(wordIn(l, language) ?? v)}</option>`).join("")}</select>`;
    case "checkbox": return `<input ${named} type="checkbox" class="switch">`;
    case "spinner": return `<input ${named} type="number" step="any" class="field"${opts?.min === undefined ? "" : ` min="${opts.min}"`}${opts?.max === undefined ? "" : ` max="${opts.max}"`}>`;
    case "cred": return `<fe-typed-input ${named} types="cred"></fe-typed-input>`;
    case "conf-types": return `<fe-config ${named} type="${escape(variable.type ?? "")}"></fe-config>`;
    default: return `<fe-typed-input ${named} type-name="${escape(ENV_TYPE + variable.name)}" types="${escape((opts?.types ?? [...INPUT_TYPES, "jsonata", "cred"]).join(","))}" default-type="${escape(variable.type ?? "str")}"></fe-typed-input>`;
  }
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

/** A template's variables: what an instance's form shows for each is folded away below it. */
function designer(): string {
  const option = (value: string, label: string) => `<option value="${escape(value)}">${escape(label)}</option>`;
  const labelled = (label: string, control: string, shown = "") => `<div class="row"${shown && ` data-show-if="${shown}"`}><span class="label">${escape(label)}</span><div>${control}</div></div>`;
  const types = [...INPUT_TYPES, "cred"].map((type) => `<label class="line"><input type="checkbox" name="ui-${type}">${escape(t(`typed.${type}`))}</label>`).join("");
  const languages = LANGUAGES.map((lang) => option(lang, lang)).join("");
  return `<h3 class="sect">${escape(t("flow.env"))}</h3><fe-list name="env" class="designer" default='{"name":"","value":"","type":"str","uiType":"input"${INPUT_TYPES.map((type) => `,"ui-${type}":true`).join("")}}' add-label="${escape(t("flow.addEnv"))}"><template>`
    + `<input name="name" class="field env-name" placeholder="${escape(t("flow.envName"))}">`
    + `<div data-show-if="uiType!=conf-types|none"><fe-typed-input name="value" type-name="type" types="${ENV_TYPES}"></fe-typed-input></div>`
    + `<div data-show-if="uiType=conf-types"><select name="type" class="field" aria-label="${escape(t("variable.config"))}">${configTypes().map((one) => option(one.type, one.paletteLabel || one.type)).join("")}</select></div>`
    + `<details class="env-ui"><summary>${escape(t("variable.form"))}</summary>`
    + labelled(t("variable.control"), `<select name="uiType" class="field" aria-label="${escape(t("variable.control"))}">${CONTROLS.map((one) => option(one, t(`variable.control-${one}`))).join("")}</select>`)
    + labelled(t("variable.label"), `<fe-list name="uiLabels" default='{"lang":"${escape(useLanguage.getState().language)}","text":""}' add-label="${escape(t("variable.addLabel"))}"><template><select name="lang" class="field" aria-label="${escape(t("settings.language"))}">${languages}</select><input name="text" class="field" placeholder="${escape(t("variable.text"))}"></template></fe-list>`, "uiType!=hide")
    + labelled(t("variable.types"), `<div class="env-types">${types}</div>`, "uiType=input")
    + labelled(t("variable.options"), `<fe-list name="uiOptions" default='{"v":"","text":""}' add-label="${escape(t("variable.addOption"))}"><template><input name="v" class="field" placeholder="${escape(t("variable.value"))}"><input name="text" class="field" placeholder="${escape(t("variable.text"))}"></template></fe-list>`, "uiType=select")
    + labelled(t("variable.limits"), `<div class="line"><input name="uiMin" type="number" step="any" class="field" placeholder="${escape(t("variable.min"))}"><input name="uiMax" type="number" step="any" class="field" placeholder="${escape(t("variable.max"))}"></div>`, "uiType=spinner")
    + "</details></template></fe-list>";
}

const LANGUAGES = ["en-US", "de", "ja", "zh-CN", "es-ES", "fr", "ko", "pt-BR", "ru", "zh-TW"];

export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[letter]!);
}
