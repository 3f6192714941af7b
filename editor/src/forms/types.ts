/** The types a typed value can have, in the order they are offered. */
import { t } from "../shell/words";

export interface ValueType {
  value: string;
  /** What stands in the type button. */
  symbol: string;
  label: string;
  /** Without one, choosing the type says it all. */
  hasValue: boolean;
  options?: [value: string, label: string][];
  /** Opens in a larger editor of this language. */
  language?: string;
  /** Type of the config node to choose. */
  config?: string;
  /** The control inside the element edits it, and the node keeps no type. */
  plain?: boolean;
}

const SYMBOLS: Record<string, string> = {
  msg: "msg.", flow: "flow.", global: "global.", str: "a z", num: "0 9", bool: "T F", json: "{ }", bin: "0 1", date: "now", jsonata: "$J", env: "env", re: ".*", cred: "•••", node: "node",
};
const LANGUAGE: Record<string, string> = { json: "json", jsonata: "jsonata", str: "text", bin: "json" };

type Custom = { value: string; label?: string; options?: ([string, string] | string)[]; hasValue?: boolean; icon?: string };

/** From the `types` attribute: a comma list, or a JSON list that may mix names and own types. */
export function typesFrom(attribute: string | null): ValueType[] {
  const text = attribute?.trim() || "msg,flow,global,str,num,bool,json";
  const list: (string | Custom)[] = text.startsWith("[") ? JSON.parse(text) : text.split(",").map((name) => name.trim());
  return list.map((one) => (typeof one === "string" ? known(one) : custom(one)));
}

/** A value as it is, of a kind that has a symbol. */
export const plainType = (kind: string): ValueType => ({ ...known(kind), value: "", plain: true });

export function known(name: string): ValueType {
  if (name.startsWith("config:")) return { value: name.slice(7), symbol: "•", label: name.slice(7), hasValue: true, config: name.slice(7) };
  const type: ValueType = { value: name, symbol: SYMBOLS[name] ?? name, label: t(`typed.${name}`), hasValue: true, language: LANGUAGE[name] };
  if (name === "bool") type.options = [["true", "true"], ["false", "false"]];
  if (name === "date") type.options = [["", t("typed.dateNumber")], ["iso", t("typed.dateIso")], ["object", t("typed.dateObject")]];
  return type;
}

function custom({ value, label = value, options, hasValue = options !== undefined }: Custom): ValueType {
  return { value, symbol: label, label, hasValue, options: options?.map((one) => (typeof one === "string" ? [one, one] : one)) };
}
