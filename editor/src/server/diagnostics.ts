/** The server's report on itself: secrets are in it only as set or unset. */
import { address, request } from "./http";

export interface Diagnostics {
  intl: { locale: string; timeZone: string };
  python: { version: string; implementation: string; arch: string; memoryUsage: { rss: number } };
  os: { type: string; release: string; containerised: boolean };
  runtime: { version: string; flows: { state: string }; modules: Record<string, string> };
}

/** Somebody who may not read it is told so, not asked to log in. */
export const readDiagnostics = async (): Promise<Diagnostics> => (await request(address(["diagnostics"]), { headers: { Accept: "application/json" } }, false)).json();
