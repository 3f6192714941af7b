/** Packages of node types: what is installed, as Node-RED's Admin API tells and changes it. */
import { address, getJson, postJson, request } from "./http";

/** The types of one module file; `local` says that its package was added here. */
export interface NodeSet { id: string; name: string; module: string; version: string; types: string[]; enabled: boolean; local: boolean; err?: string }
export interface PaletteRules { allowInstall?: boolean }

export const readNodeSets = () => getJson<NodeSet[]>(address(["nodes"]));
export const addPackage = (module: string, version?: string) => postJson<{ name: string }>(address(["nodes"]), { module, version });
export const removePackage = (module: string) => request(address(["nodes", module]), { method: "DELETE" });

/** `id` is a package, or a package and a set of it. */
export const switchNodes = (id: string, enabled: boolean) =>
  request(address(["nodes", ...id.split("/")]), { method: "PUT", body: JSON.stringify({ enabled }), headers: { "Content-Type": "application/json", Accept: "application/json" } });
