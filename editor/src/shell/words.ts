/** Every word the page says, by key, from the server's catalogue. */
import i18next, { type i18n } from "i18next";
import { create } from "zustand";
import { readCatalogue } from "../server/api";

export const words: i18n = i18next.createInstance();

const LANGUAGE = "flowengine.language";

/** Components that read words subscribe to this, so a language switch redraws them. */
export const useLanguage = create<{ language: string }>(() => ({ language: "en-US" }));

export const chosenLanguage = () => localStorage.getItem(LANGUAGE) ?? navigator.language ?? "en-US";

export async function loadLanguage(language: string) {
  const catalogue = await readCatalogue(language);
  await setCatalogue(language, catalogue);
  localStorage.setItem(LANGUAGE, language);
}

export async function setCatalogue(language: string, catalogue: Record<string, unknown>) {
  if (!words.isInitialized)
    await words.init({ lng: language, fallbackLng: false, resources: {}, interpolation: { escapeValue: false, prefix: "{", suffix: "}" }, showSupportNotice: false } as never);
  words.addResourceBundle(language, "translation", catalogue, true, true);
  await words.changeLanguage(language);
  document.documentElement.lang = language;
  document.documentElement.dir = words.dir(language);
  useLanguage.setState({ language });
}

export const t = (key: string, values?: Record<string, unknown>): string => words.t(key, values as never) as unknown as string;
export const has = (key: string) => words.exists(key);

/** Node-RED's texts may be keys of its own catalogue, as `node-red:common.status.connected`. */
export function statusText(text: unknown): string {
  if (typeof text !== "string") return text === undefined || text === null ? "" : String(text);
  const key = /^[\w-]*:?[\w.-]*\.status\.([\w-]+)$/.exec(text)?.[1] ?? /^[\w-]+:[\w.-]*?([\w-]+)$/.exec(text)?.[1];
  if (!key) return text;
  return has(`status.${key}`) ? t(`status.${key}`) : key.replaceAll("-", " ");
}
