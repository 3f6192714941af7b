/** A few types as the server describes them. */
import type { TypeDescriptor } from "../src/server/descriptors";
import { setTypes } from "../src/server/registry";

const type = (name: string, values: Partial<TypeDescriptor> = {}): TypeDescriptor => ({
  type: name, category: "function", color: "#fdd0a2", icon: "function.svg", inputs: 1, outputs: 1, label: ["{name}", name], paletteLabel: name, ...values, defaults: { name: { value: "" }, ...values.defaults },
});

export const TYPES: TypeDescriptor[] = [
  type("inject", { category: "common", inputs: 0, button: "inject", label: ["{name}", { if: "payloadType=date", text: "timestamp" }, "{payload}", "inject"], defaults: { payload: { value: "", validate: "typed:payloadType" }, payloadType: { value: "date" } } }),
  type("debug", { category: "common", outputs: 0, button: "debug", align: "right", defaults: { active: { value: true } } }),
  type("function", { defaults: { outputs: { value: 1 }, func: { value: "" } } }),
  type("switch", { defaults: { outputs: { value: 1 }, rules: { value: [{ t: "eq" }] } } }),
  type("link in", { category: "common", inputs: 0, label: [], defaults: { links: { value: [] } } }),
  type("link out", { category: "common", outputs: 0, label: [], align: "right", defaults: { links: { value: [] } } }),
  type("mqtt out", { category: "network", outputs: 0, defaults: { broker: { value: "", type: "mqtt-broker", required: true } } }),
  type("http in", { category: "network", inputs: 0, label: ["{name}", "[{method}] {url}", "http in"], defaults: { url: { value: "", required: true }, method: { value: "get" } } }),
  type("comment", { category: "common", inputs: 0, outputs: 0, defaults: { info: { value: "" } } }),
  type("mqtt-broker", { category: "config", config: true, inputs: 0, outputs: 0, defaults: { broker: { value: "", required: true }, port: { value: 1883, validate: "integer" } }, credentials: { user: "text", password: "password" } }),
  type("contrib", { category: "weather", color: "#3E70C8" }),
  type("OpenAI API", { category: "ai", label: ["{name}", "{method}"], defaults: { method: { value: "create" }, defaults: { value: {} }, defaultTypes: { value: {} } } }),
];

export const useTypes = () => setTypes(TYPES);
