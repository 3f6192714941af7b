/** Drawing wires: from either end, by drag or click and click; onto nothing opens quick-add; shift moves what is there, onto nothing it goes. */
import type { Connection, Edge, FinalConnectionState, OnConnectStartParams } from "@xyflow/react";
import { connect, disconnect, mayConnect } from "../document/actions/wires";
import { indexOf, outgoing, type Wire, wireId } from "../document/index";
import { useSelection } from "../document/selection";
import { act, currentDoc } from "../document/store";
import { currentScene } from "./viewport";
import { canvas, useView } from "./view";

export const toWire = (connection: Connection | Edge): Wire => ({ source: connection.source, port: Number(connection.sourceHandle ?? 0), target: connection.target });

/** Also true for a wire that is there already: dropping on it does nothing, but is no mistake. */
export const isValidConnection = (connection: Connection | Edge) => connection.source !== connection.target;

let started: (OnConnectStartParams & { moving: readonly Wire[] }) | null = null;
/** The chosen wire whose end is being dragged. */
let held: Edge | null = null;
/** By Escape; so until the gesture has ended. */
let givenUp = false;
let watch: AbortController | undefined;

export function onConnectStart(event: MouseEvent | TouchEvent, params: OnConnectStartParams) {
  const shift = "shiftKey" in event && event.shiftKey;
  started = { ...params, moving: shift && params.nodeId ? wiresAt(params) : [] };
  untilEscape(() => (givenUp = true));
}

/** Comes before the start of drawing. */
export const onReconnectStart = (_: unknown, edge: Edge) => void (held = edge);

/** The first click of two. */
export const onClickConnectStart = () => untilEscape(() => undefined);
export const onClickConnectEnd = () => watch?.abort();

/** Escape takes back the wire that is being drawn, and nothing else. */
function untilEscape(give: () => void) {
  watch?.abort();
  watch = new AbortController();
  addEventListener("keydown", (key) => {
    if (key.key !== "Escape") return;
    key.stopPropagation();
    watch?.abort();
    give();
    canvas.giveUpWire?.();
  }, { capture: true, signal: watch.signal });
}

export function onConnect(connection: Connection) {
  const wire = toWire(connection);
  if (givenUp || started?.moving.length) return;
  if (mayConnect(currentDoc(), wire)) act("history.connect", connect([wire]));
}

export function onConnectEnd(event: MouseEvent | TouchEvent, state: FinalConnectionState) {
  const from = started;
  const [edge, gone] = [held, givenUp];
  started = held = null;
  givenUp = false;
  watch?.abort();
  if (gone || !from?.nodeId || !canvas.flow) return;
  const screen = pointOf(event);
  if (state.toHandle) return movePort(from, from.moving, state.toHandle);
  if (!overBlank(screen)) return;
  const moving = edge ? [toWire(edge)] : from.moving;
  if (moving.length) return void act("history.delete", disconnect(moving));
  useView.setState({
    quickAdd: { screen, place: canvas.flow.screenToFlowPosition(screen), from: { node: from.nodeId, port: Number(from.handleType === "source" ? from.handleId : 0), kind: from.handleType ?? "source" } },
  });
}

/** The end of a chosen wire was dragged to another port, or to nothing. */
export function onReconnect(edge: Edge, connection: Connection) {
  const [before, after] = [toWire(edge), toWire(connection)];
  if (givenUp || !mayConnect(currentDoc(), after)) return;
  act("history.reconnect", (draft) => {
    disconnect([before])(draft);
    connect([after])(draft);
  });
}

/** React Flow refuses to join two outputs, but says which port the pointer was on. */
function movePort(from: OnConnectStartParams, wires: readonly Wire[], to: NonNullable<FinalConnectionState["toHandle"]>) {
  if (!wires.length || to.type !== from.handleType) return;
  const moved = wires.map((wire) => (to.type === "source" ? { ...wire, source: to.nodeId, port: Number(to.id) } : { ...wire, target: to.nodeId }));
  act("history.reconnect", (draft) => {
    disconnect(wires)(draft);
    connect(moved.filter((wire) => wire.source !== wire.target))(draft);
  });
}

/** The wires at a port; only the chosen ones where some of them are chosen. */
function wiresAt({ nodeId, handleId, handleType }: OnConnectStartParams): readonly Wire[] {
  const at = handleType === "target" ? indexOf(currentDoc()).incoming(nodeId!) : leaving(nodeId!, Number(handleId));
  const chosen = at.filter((wire) => useSelection.getState().wires.has(wireId(wire)));
  return chosen.length ? chosen : at;
}

function leaving(id: string, port: number): readonly Wire[] {
  const entry = currentDoc().entries[id];
  return entry ? outgoing(entry).filter((wire) => wire.port === port) : currentScene().wires.filter((wire) => wire.source === id);
}

function overBlank({ x, y }: { x: number; y: number }): boolean {
  return Boolean(document.elementFromPoint(x, y)?.closest(".react-flow__pane"));
}

function pointOf(event: MouseEvent | TouchEvent): { x: number; y: number } {
  const at = "changedTouches" in event ? event.changedTouches[0]! : event;
  return { x: at.clientX, y: at.clientY };
}

/** The chosen wires as the document knows them. */
export function selectedWires(): Wire[] {
  const { wires } = useSelection.getState();
  return currentScene().wires.filter((wire) => wires.has(wire.id));
}
