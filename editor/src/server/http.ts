/** Requests relative to the page, with the login's token; an error says what the server said. */

export class ServerError extends Error {
  constructor(readonly status: number, message: string, readonly body: unknown) {
    super(message);
  }
}

let language: string | null = null;

/** What the server says, it says in the page's language. */
export const askIn = (spoken: string) => void (language = spoken);

const TOKEN = "flowengine.token";
let onLoginNeeded: (() => void) | null = null;

export const whenLoginNeeded = (callback: () => void) => void (onLoginNeeded = callback);
export const token = () => sessionStorage.getItem(TOKEN);
export const keepToken = (value: string | null) => (value ? sessionStorage.setItem(TOKEN, value) : sessionStorage.removeItem(TOKEN));

/** An address below the page's own folder. Parts are escaped, `query` leaves out what is undefined. */
export function address(parts: readonly string[], query: Record<string, string | undefined> = {}): string {
  const search = new URLSearchParams(Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined));
  return `./${parts.map(encodeURIComponent).join("/")}${search.size ? `?${search}` : ""}`;
}

/** `asks`: whether a refusal leads to the login; without it that is an error like others. */
export async function request(url: string, init: RequestInit = {}, asks = true): Promise<Response> {
  const headers = new Headers(init.headers);
  if (language) headers.set("Accept-Language", language);
  if (token()) headers.set("Authorization", `Bearer ${token()}`);
  const response = await fetch(url, { ...init, headers });
  if (response.ok) return response;
  if (asks && response.status === 401) onLoginNeeded?.();
  throw await failure(response);
}

export const getJson = async <T>(url: string, headers: HeadersInit = {}): Promise<T> =>
  (await request(url, { headers: { Accept: "application/json", ...headers } })).json();

export const getText = async (url: string): Promise<string> => (await request(url, { headers: { Accept: "text/html" } })).text();

export const post = (url: string, body: unknown, headers: HeadersInit = {}) =>
  request(url, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", ...headers } });

export async function postJson<T>(url: string, body: unknown, headers: HeadersInit = {}): Promise<T> {
  return (await post(url, body, headers)).json();
}

async function failure(response: Response): Promise<ServerError> {
  const text = await response.text();
  try {
    const body = JSON.parse(text);
    return new ServerError(response.status, body.message ?? body.error ?? response.statusText, body);
  } catch {
    return new ServerError(response.status, text.slice(0, 300) || response.statusText, text);
  }
}
