/** Every word the page says, by key, from the server's catalogue. */
import { create } from "zustand";
import { readCatalogue } from "../server/api";

let catalogue: unknown = {};
let plurals = new Intl.PluralRules("en-US");

const LANGUAGE = "flowengine.language";

/** Components that read words subscribe to this, so a language switch redraws them. */
export const useLanguage = create<{ language: string }>(() => ({ language: "en-US" }));

export const chosenLanguage = () => localStorage.getItem(LANGUAGE) ?? navigator.language ?? "en-US";

export async function loadLanguage(language: string) {
  setCatalogue(language, await readCatalogue(language));
  localStorage.setItem(LANGUAGE, language);
}

export function setCatalogue(language: string, words: Record<string, unknown>) {
  catalogue = words;
  plurals = new Intl.PluralRules(language);
  document.documentElement.lang = language;
  document.documentElement.dir = /^(ar|dv|fa|he|ps|sd|ug|ur|yi)\b/.test(language) ? "rtl" : "ltr";
  useLanguage.setState({ language });
}

/** `{name}` takes a value; with a `count` the key ends in `_one`, `_other`, ..., as i18next has it. */
export function t(key: string, values: Record<string, unknown> = {}): string {
  const counted = typeof values.count === "number" ? (find(`${key}_${plurals.select(values.count)}`) ?? find(`${key}_other`)) : undefined;
  return (counted ?? find(key) ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

export const has = (key: string) => find(key) !== undefined;

function find(key: string): string | undefined {
  const found = key.split(".").reduce<unknown>((place, part) => (place as Record<string, unknown> | undefined)?.[part], catalogue);
  return typeof found === "string" ? found : undefined;
}

/** Node-RED's texts may be keys of its own catalogue, as `node-red:common.status.connected`. */
export function statusText(text: unknown): string {
  if (typeof text !== "string") return text === undefined || text === null ? "" : String(text);
  const key = /^[\w-]*:?[\w.-]*\.status\.([\w-]+)$/.exec(text)?.[1] ?? /^[\w-]+:[\w.-]*?([\w-]+)$/.exec(text)?.[1];
  if (!key) return text;
  return has(`status.${key}`) ? t(`status.${key}`) : key.replaceAll("-", " ");
}
