/** Every word the page says, by key, from the server's catalogue, which is in i18next's format. */
import { createInstance, type i18n } from "i18next";
import { create } from "zustand";
import { readCatalogue } from "../server/api";
import { askIn } from "../server/http";

let words: i18n = catalogueOf("en-US", {});

const LANGUAGE = "flowengine.language";

/** Components that read words subscribe to this, so a language switch redraws them. */
export const useLanguage = create<{ language: string }>(() => ({ language: "en-US" }));

export const chosenLanguage = () => localStorage.getItem(LANGUAGE) ?? navigator.language ?? "en-US";

export async function loadLanguage(language: string) {
  setCatalogue(language, await readCatalogue(language));
  localStorage.setItem(LANGUAGE, language);
}

export function setCatalogue(language: string, catalogue: Record<string, unknown>) {
  words = catalogueOf(language, catalogue);
  askIn(language);
  document.documentElement.lang = language;
  document.documentElement.dir = /^(ar|dv|fa|he|ps|sd|ug|ur|yi)\b/.test(language) ? "rtl" : "ltr";
  useLanguage.setState({ language });
}

/** Values stay as they are, and a placeholder without one stays to be seen. */
function catalogueOf(language: string, translation: Record<string, unknown>): i18n {
  const made = createInstance();
  void made.init({
    lng: language, fallbackLng: false, resources: { [language]: { translation } }, initAsync: false, nsSeparator: false,
    interpolation: { prefix: "{", suffix: "}", escapeValue: false }, missingInterpolationHandler: (_: string, match: RegExpExecArray) => match[0],
  });
  return made;
}

/** `{name}` takes a value; with a `count` the key ends in `_one`, `_other`, ..., as the language has it. */
export function t(key: string, values: Record<string, unknown> = {}): string {
  const { count } = values;
  return words.t(key, { replace: values, nest: false, ...(typeof count === "number" && { count }) });
}

export const has = (key: string) => words.exists(key);

/** Node-RED's texts may be keys of its own catalogue, as `node-red:common.status.connected`. */
export function statusText(text: unknown): string {
  if (typeof text !== "string") return text === undefined || text === null ? "" : String(text);
  const key = /^[\w-]*:?[\w.-]*\.status\.([\w-]+)$/.exec(text)?.[1] ?? /^[\w-]+:[\w.-]*?([\w-]+)$/.exec(text)?.[1];
  if (!key) return text;
  return has(`status.${key}`) ? t(`status.${key}`) : key.replaceAll("-", " ");
}
