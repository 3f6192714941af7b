/** Deployed versions of the flows, as the server keeps them. */
import type { FlowEntry } from "../document/flow";
import { address, getJson } from "./http";

export interface Version {
  id: number;
  /** ISO 8601. */
  time: string;
  user: string;
  /** A deployment type, or `restore`, `import`, or `outside` for a file that was edited by hand. */
  kind: string;
  rev: string;
  nodes: number;
  /** Nodes by what happened to them since the version before; null where nobody counted. */
  added: number | null;
  changed: number | null;
  removed: number | null;
}

export const readVersions = (limit: number, before?: number) =>
  getJson<Version[]>(address(["api", "history"], { limit: String(limit), before: before === undefined ? undefined : String(before) }));

export const readVersion = (id: number) => getJson<Version & { flows: FlowEntry[] }>(address(["api", "history", String(id)]));
