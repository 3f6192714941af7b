/**
 * Where the debug messages are read: in the editor, or in a window of its own that tells the editor what to show.
 * Both speak over a channel named by the editor's tab, whose session storage the window begins with a copy of.
 */
import { create, type UseBoundStore, type StoreApi } from "zustand";
import { useView } from "../canvas/view";
import { reveal } from "../canvas/viewport";
import { newId } from "../document/flow";
import { useSelection } from "../document/selection";
import { type DebugMessage, useRuntime } from "../server/runtime";

interface Place { flow: string; nodes: ReadonlySet<string> }
type Said = { asks: true } | { place: Place; messages?: readonly DebugMessage[] } | { reveal: string } | { points: string | null };

const TAB = "flowengine.tab";

export const inWindow = new URLSearchParams(location.search).get("panel") === "debug";

/** The flow and the nodes that are chosen in the editor. */
export const usePlace: UseBoundStore<StoreApi<Place>> = inWindow ? create<Place>(() => ({ flow: "", nodes: new Set<string>() })) : useSelection;

const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(`flowengine.debug:${tabName()}`);
const say = (said: Said) => channel?.postMessage(said);

function tabName(): string {
  const name = sessionStorage.getItem(TAB) ?? newId();
  sessionStorage.setItem(TAB, name);
  return name;
}

if (channel) channel.onmessage = ({ data }: MessageEvent<Said>) => (inWindow ? hearEditor(data) : hearWindow(data));
if (inWindow) say({ asks: true });
else useSelection.subscribe(({ flow, nodes }, before) => (flow !== before.flow || nodes !== before.nodes) && say({ place: { flow, nodes } }));

function hearEditor(said: Said) {
  if (!("place" in said)) return;
  usePlace.setState(said.place);
  // The window counts its own messages from one.
  const messages = (said.messages ?? []).map((one) => ({ ...one, key: -one.key }));
  useRuntime.setState(({ debug }) => (debug.length ? {} : { debug: messages }));
}

function hearWindow(said: Said) {
  const { flow, nodes } = useSelection.getState();
  if ("asks" in said) say({ place: { flow, nodes }, messages: useRuntime.getState().debug });
  else if ("reveal" in said) reveal(said.reveal);
  else if ("points" in said) point(said.points);
}

const point = (id: string | null) => useView.setState({ revealed: id });

export const showNode = (id: string) => (inWindow ? say({ reveal: id }) : reveal(id));
/** Marks the node that a message came from, null for none. */
export const pointAt = (id: string | null) => (inWindow ? say({ points: id }) : point(id));

export function openWindow() {
  const page = new URL(location.href);
  page.search = "?panel=debug";
  page.hash = "";
  window.open(page, `debug-${tabName()}`, "popup,width=520,height=760");
}
