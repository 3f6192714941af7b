/** Node-RED's Admin API, version 2. */
import type { FlowEntry } from "../document/flow";
import { address, getJson, post, postJson, request } from "./http";

export type DeployKind = "full" | "flows" | "nodes" | "reload";
export interface FlowsAnswer { flows: FlowEntry[]; rev: string }

const V2 = { "Node-RED-API-Version": "v2" };

export const readFlows = () => getJson<FlowsAnswer>(address(["flows"]), V2);

/** Without `rev` it overwrites; with one, the server answers 409 when somebody else was faster. */
export const writeFlows = (flows: FlowEntry[], rev: string | null, kind: DeployKind) =>
  postJson<{ rev: string }>(address(["flows"]), rev === null ? { flows } : { flows, rev }, { ...V2, "Node-RED-Deployment-Type": kind });

export const readSettings = () => getJson<Record<string, unknown>>(address(["settings"]));
export const readFlowState = () => getJson<{ state: "start" | "stop" }>(address(["flows", "state"]));
export const writeFlowState = (state: "start" | "stop") => postJson<{ state: string }>(address(["flows", "state"]), { state });

/** `fields` replaces the inject node's own values for this one message. */
export const inject = (id: string, fields?: Record<string, unknown>) => post(address(["inject", id]), fields ?? {});
export const switchDebug = (id: string, on: boolean) => post(address(["debug", id, on ? "enable" : "disable"]), {});

export const readCredentials = (type: string, id: string) => getJson<Record<string, string | boolean>>(address(["credentials", type, id]));

export type ContextScope = "global" | "flow" | "node";
export type ContextValues = Record<string, Record<string, { msg: string; format: string }>>;

export const readContext = (scope: ContextScope, id: string | null) => getJson<ContextValues>(contextAddress(scope, id));
export const readContextKey = (scope: ContextScope, id: string | null, key: string, store: string) =>
  getJson<{ msg: string; format: string }>(contextAddress(scope, id, key, store));
export const deleteContextKey = (scope: ContextScope, id: string | null, key: string, store: string) =>
  request(contextAddress(scope, id, key, store), { method: "DELETE" });

const contextAddress = (scope: ContextScope, id: string | null, key?: string, store?: string) =>
  address(["context", scope, ...(id ? [id] : []), ...(key ? [key] : [])], { store });

export interface LoginPrompt { id?: string; type: "text" | "password" | "button"; label: string; url?: string }
export interface LoginForm { type?: string; prompts?: LoginPrompt[] }

export const readLogin = (lang?: string) => getJson<LoginForm>(address(["auth", "login"], { lang }));
export const login = (fields: Record<string, string>) =>
  postJson<{ access_token: string }>(address(["auth", "token"]), { client_id: "node-red-editor", grant_type: "password", scope: "", ...fields });
/** The token of a login elsewhere that the browser has just come back from. */
export const fetchToken = () => postJson<{ access_token: string }>(address(["auth", "strategy", "token"]), {});
/** Ends a login; gives the address where the browser has to go to log out there too. */
export async function logout(token: string): Promise<string | undefined> {
  const text = await (await post(address(["auth", "revoke"]), { token })).text();
  return text ? (JSON.parse(text) as { redirect?: string }).redirect : undefined;
}
