/** Logging in elsewhere: the browser leaves for a provider and comes back with #login, when the server holds a token for it. */
import { fetchToken } from "./admin";
import { keepToken } from "./http";

const PLACE = "flowengine.place";
const BACK = "#login";

/** Remember what the page shows: the way back knows nothing of it. */
export const leave = () => sessionStorage.setItem(PLACE, location.hash);

/** Fetch the token where the browser has just come back; tells whether the page is as it should be. */
export async function arrive(): Promise<boolean> {
  if (location.hash !== BACK) return true;
  const place = sessionStorage.getItem(PLACE) ?? "";
  sessionStorage.removeItem(PLACE);
  // Neither a reload nor the history is to begin this again.
  history.replaceState(null, "", location.pathname + location.search + (place === BACK ? "" : place));
  try {
    keepToken((await fetchToken()).access_token);
    return true;
  } catch {
    return false;
  }
}
