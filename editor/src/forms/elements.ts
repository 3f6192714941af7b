/** Makes our elements known to the page. */
import { Code } from "./code";
import { List } from "./list";
import { Methods } from "./methods";
import { Config, Nodes, Scope, Secret, TabSet } from "./pickers";
import { TypedInput } from "./typedInput";

const ELEMENTS: Record<string, CustomElementConstructor> = {
  "fe-typed-input": TypedInput, "fe-list": List, "fe-code": Code, "fe-config": Config, "fe-nodes": Nodes, "fe-scope": Scope, "fe-secret": Secret, "fe-tabs": TabSet, "fe-methods": Methods,
};

export function defineElements() {
  for (const [name, element] of Object.entries(ELEMENTS)) if (!customElements.get(name)) customElements.define(name, element);
}
