/** What flowengine adds to Node-RED's Admin API. */
import type { FlowEntry } from "../document/flow";
import type { ConnectionTest, Example, LastMessage, MethodFamily, Problem, TypeDescriptor } from "./descriptors";
import { address, getJson, getText, postJson } from "./http";

export const readTypes = (lang: string) => getJson<TypeDescriptor[]>(address(["api", "types"], { lang }));
export const readForm = (type: string, lang: string, method?: string) => getText(address(["api", "types", type, "form"], { lang, method }));
export const readHelp = (type: string, lang: string, method?: string) => getText(address(["api", "types", type, "help"], { lang, method }));
export const readCatalogue = (lang: string) => getJson<Record<string, unknown>>(address(["api", "locales", lang]));
export const readLanguages = () => getJson<{ lang: string; name: string }[]>(address(["api", "locales"]));
export const checkFlow = (flows: FlowEntry[]) => postJson<Problem[]>(address(["api", "check"]), flows);
export const readMethods = (lang: string) => getJson<MethodFamily[]>(address(["api", "methods"], { lang }));
export const readLastMessages = () => getJson<LastMessage[]>(address(["api", "wires"]));
export const readExamples = () => getJson<Example[]>(address(["api", "examples"]));
export const testServiceHost = (body: { id?: string; node: FlowEntry; credentials: Record<string, string> }) =>
  postJson<ConnectionTest>(address(["api", "service-host", "test"]), body);
