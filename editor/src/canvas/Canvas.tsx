/** The flow on screen: React Flow above 40 % zoom, our bitmap below it, one document under both. */
import {
  Background, BackgroundVariant, ConnectionLineType, type EdgeChange, type NodeChange, type NodeMouseHandler, type OnMove, ReactFlow, ReactFlowProvider,
  SelectionMode, useReactFlow, useStoreApi, type Viewport,
} from "@xyflow/react";
import { type MouseEvent, type PointerEvent, useEffect, useLayoutEffect, useMemo, useRef } from "react";
import { isJunction } from "../document/flow";
import { useSelection } from "../document/selection";
import { useDocument } from "../document/store";
import { useRegistry } from "../server/registry";
import { run } from "../shell/actions";
import { afterwards, laterComponent } from "../shell/later";
import { t, useLanguage } from "../shell/words";
import { ConnectionLine } from "./ConnectionLine";
import { type CanvasEdge, type CanvasNode, toEdges, toNodes } from "./flowElements";
import { FlowNode } from "./FlowNode";
import { useDragging } from "./dragging";
import { chooseDetail } from "./detail";
import { useNear } from "./near";
import { GroupBox, Junction, SubflowEndBox } from "./Others";
import { useOverviewPointer } from "./overviewPointer";
import { itemAt, sceneOf } from "./scene";
import { canvas, useView } from "./view";
import { slice } from "./slicing";
import { currentScene, jump, LARGEST, showStart, SMALLEST } from "./viewport";
import { VirtualLinks } from "./VirtualLinks";
import { WireLine } from "./Wire";
import { isValidConnection, onClickConnectEnd, onClickConnectStart, onConnect, onConnectEnd, onConnectStart, onReconnect, onReconnectStart } from "./wiring";
import { ZoomControls } from "./ZoomControls";

const Minimap = afterwards(() => import("./Minimap"));
const Overview = laterComponent(() => import("./Overview"));
const Note = laterComponent(() => import("./Note"));
const nodeTypes = { node: FlowNode, junction: Junction, box: GroupBox, note: Note, end: SubflowEndBox };
const edgeTypes = { wire: WireLine };
const NO_NODES: CanvasNode[] = [];
const NO_EDGES: CanvasEdge[] = [];
const OPTIONS = { hideAttribution: true };
/** A finger pans, a mouse draws a lasso. */
const touch = matchMedia("(pointer: coarse)").matches;
const PAN_BUTTONS = touch ? true : [1];
const KEYS_FOR_MORE = ["Meta", "Control", "Shift"];

export function Canvas() {
  return <ReactFlowProvider><FlowCanvas /></ReactFlowProvider>;
}

function FlowCanvas() {
  useLanguage();
  const doc = useDocument((state) => state.doc);
  const types = useRegistry((state) => state.types);
  const flow = useSelection((state) => state.flow);
  const selected = useSelection((state) => state.nodes);
  const selectedWires = useSelection((state) => state.wires);
  const overview = useView((state) => state.overview);
  const crowded = useView((state) => state.crowded);
  const detail = useView((state) => state.detail);
  const grid = useView((state) => state.grid);
  const map = useView((state) => state.map);
  const scene = useMemo(() => sceneOf(doc, flow, types), [doc, flow, types]);
  const locked = Boolean(doc.entries[flow]?.locked);
  const drag = useDragging(scene);
  const { part, onPointer } = useNear(crowded, scene);
  const keptNodes = useRef<ReadonlyMap<string, CanvasNode>>(new Map());
  const keptEdges = useRef<ReadonlyMap<string, CanvasEdge>>(new Map());
  const nodes = useMemo(() => (overview && !crowded ? NO_NODES : toNodes(part, selected, drag.dragged, keptNodes.current)), [overview, crowded, part, selected, drag.dragged]);
  const edges = useMemo(() => (overview && !crowded ? NO_EDGES : toEdges(part, selectedWires, keptEdges.current)), [overview, crowded, part, selectedWires]);
  keptNodes.current = useMemo(() => new Map(nodes.map((node) => [node.id, node])), [nodes]);
  keptEdges.current = useMemo(() => new Map(edges.map((edge) => [edge.id, edge])), [edges]);
  const element = useRef<HTMLDivElement>(null);
  const instance = useReactFlow<CanvasNode, CanvasEdge>();
  const store = useStoreApi();
  const pointer = useOverviewPointer(overview, locked, scene, asHandlers(drag));

  useLayoutEffect(() => {
    canvas.flow = instance;
    canvas.element = element.current;
    canvas.giveUpWire = () => {
      store.getState().cancelConnection();
      store.setState({ connectionClickStartHandle: null });
    };
  });
  useEffect(() => chooseDetail(scene, instance.getViewport()), [scene, instance]);
  // After the one above, which knows only where the flow before was looked at.
  useEffect(() => {
    canvas.giveUpWire?.();
    if (flow) showRemembered(flow);
  }, [flow]);

  const onNodesChange = (changes: NodeChange<CanvasNode>[]) => {
    const { grabbed } = drag.gesture.current ?? {};
    for (const change of changes) {
      if (change.type !== "position" || change.id !== grabbed?.id || !change.position) continue;
      drag.moveBy(change.position.x - grabbed.box.x, change.position.y - grabbed.box.y, drag.gesture.current!.shift);
    }
    applySelection("nodes", changes);
  };
  const onNodeDoubleClick: NodeMouseHandler<CanvasNode> = (_, node) => !isJunction(node.data.item.entry) && run("edit-selected-node");
  const openMenu = (event: MouseEvent | globalThis.MouseEvent, node?: string, wire?: string) => {
    event.preventDefault();
    const screen = { x: event.clientX, y: event.clientY };
    useView.setState({ menu: { screen, place: instance.screenToFlowPosition(screen), node, wire } });
  };
  const onNodeContextMenu: NodeMouseHandler<CanvasNode> = (event, node) => {
    if (!selected.has(node.id)) useSelection.getState().select([node.id]);
    openMenu(event, node.id);
  };
  /** What is only drawn is no element that could be pointed at. */
  const onPaneContextMenu = (event: MouseEvent | globalThis.MouseEvent) => {
    const item = overview ? itemAt(scene, instance.screenToFlowPosition({ x: event.clientX, y: event.clientY })) : null;
    if (item && !selected.has(item.id)) useSelection.getState().select([item.id]);
    openMenu(event, item?.id);
  };
  /** In a crowd React Flow does not know of all that are chosen, so they are let go here. */
  const chooseAlone = (event: MouseEvent | globalThis.MouseEvent | TouchEvent, id: string) => {
    if (crowded && !event.shiftKey && !event.ctrlKey && !event.metaKey) useSelection.getState().select([id]);
  };
  const onBlankClick = (event: MouseEvent) => {
    if (!event.ctrlKey && !event.metaKey) return;
    quickAdd(event);
  };
  const onOverviewDoubleClick = (event: MouseEvent) => {
    if (!overview || (event.target as HTMLElement).closest(".react-flow__node")) return;
    const item = itemAt(scene, instance.screenToFlowPosition({ x: event.clientX, y: event.clientY }));
    if (item) run("edit-selected-node");
  };

  return (
    <div ref={element} className="canvas-flow" data-detail={detail} data-locked={locked || undefined} onPointerDownCapture={(event) => {
        kept = addsToChosen(event) ? useSelection.getState() : null;
        if (locked || !beginSlice(event)) pointer.onPointerDownCapture(event);
      }} onDoubleClick={onOverviewDoubleClick}
      onPointerMove={(event) => {
        canvas.lastPointer = { x: event.clientX, y: event.clientY };
        onPointer(event);
      }} onPointerLeave={() => (canvas.lastPointer = null)}>
      <ReactFlow<CanvasNode, CanvasEdge>
        nodes={nodes} edges={edges} nodeTypes={nodeTypes} edgeTypes={edgeTypes} proOptions={OPTIONS}
        onNodesChange={onNodesChange} onEdgesChange={(changes) => applySelection("wires", changes)}
        onNodeDragStart={(event, node) => {
          if (!selected.has(node.id)) chooseAlone(event, node.id);
          drag.start(node.data.item);
          drag.gesture.current!.shift = event.shiftKey;
        }}
        onNodeDragStop={(event) => drag.gesture.current && drag.end(event.altKey)}
        onNodeClick={(event, node) => chooseAlone(event, node.id)} onNodeDoubleClick={onNodeDoubleClick} onNodeContextMenu={onNodeContextMenu} onPaneContextMenu={onPaneContextMenu} onPaneClick={onBlankClick}
        onEdgeClick={(event, edge) => (event.ctrlKey || event.metaKey) && quickAdd(event, edge.data!.wire)} onEdgeContextMenu={(event, edge) => openMenu(event, undefined, edge.id)}
        onEdgeMouseEnter={(_, edge) => useView.setState({ hoverWire: edge.id })} onEdgeMouseLeave={() => useView.setState({ hoverWire: null })}
        onConnect={onConnect} onConnectStart={onConnectStart} onConnectEnd={onConnectEnd} onClickConnectStart={onClickConnectStart} onClickConnectEnd={onClickConnectEnd} onReconnectStart={onReconnectStart} onReconnect={onReconnect} isValidConnection={isValidConnection}
        onMove={onMove} connectionLineComponent={ConnectionLine} connectionLineType={ConnectionLineType.Bezier} connectionRadius={touch ? 30 : 18}
        nodesDraggable={!locked} nodesConnectable={!locked} edgesReconnectable={!locked} onlyRenderVisibleElements elevateNodesOnSelect={false} elevateEdgesOnSelect={false}
        selectionOnDrag={!touch} selectionMode={SelectionMode.Full} panOnDrag={PAN_BUTTONS} panOnScroll panActivationKeyCode="Space" selectionKeyCode={null} deleteKeyCode={null}
        multiSelectionKeyCode={KEYS_FOR_MORE} zoomActivationKeyCode={ZOOM_KEYS} zoomOnDoubleClick={false} minZoom={SMALLEST} maxZoom={LARGEST} disableKeyboardA11y nodeDragThreshold={touch ? 6 : 3}
        aria-label={t("canvas.label")}
      >
        {grid && (!overview || crowded) && <Background variant={BackgroundVariant.Dots} gap={20} size={2} color="var(--canvas-dot)" />}
        {overview && <Overview scene={scene} dragged={drag.dragged} lasso={pointer.lasso} readable={crowded} />}
        {(!overview || crowded) && <VirtualLinks scene={scene} dragged={drag.dragged} />}
      </ReactFlow>
      <ZoomControls />
      {map && scene.items.size > 0 && <Minimap scene={scene} />}
    </div>
  );
}

/** A line across wires, begun by Alt and Shift on the blank or on a wire; a node keeps its own gestures. */
function beginSlice(event: PointerEvent<HTMLElement>): boolean {
  const target = event.target as HTMLElement;
  const begins = event.altKey && event.shiftKey && event.button === 0 && target.closest(".react-flow__pane") && !target.closest(".react-flow__node, .badge-w");
  if (!begins) return false;
  event.stopPropagation();
  event.preventDefault();
  slice(event);
  return true;
}

const ZOOM_KEYS = ["Control", "Meta"];

const asHandlers = (drag: ReturnType<typeof useDragging>) => ({ start: drag.start, move: drag.moveBy, end: drag.end });

function quickAdd(event: { clientX: number; clientY: number }, wire?: { source: string; port: number; target: string }) {
  const screen = { x: event.clientX, y: event.clientY };
  useView.setState({ quickAdd: { screen, place: canvas.flow!.screenToFlowPosition(screen), wire } });
}

/** What a lasso that is drawn with a key held adds to. */
let kept: Readonly<Record<"nodes" | "wires", ReadonlySet<string>>> | null = null;

const addsToChosen = ({ shiftKey, ctrlKey, metaKey, target }: PointerEvent) => (shiftKey || ctrlKey || metaKey) && (target as HTMLElement).classList.contains("react-flow__pane");

function applySelection(part: "nodes" | "wires", changes: readonly (NodeChange<CanvasNode> | EdgeChange<CanvasEdge>)[]) {
  const choices = changes.filter((change) => change.type === "select");
  if (!choices.length) return;
  const { nodes, wires, select } = useSelection.getState();
  const chosen = new Set(part === "nodes" ? nodes : wires);
  for (const { id, selected } of choices) {
    if (selected) chosen.add(id);
    else chosen.delete(id);
  }
  kept?.[part].forEach((id) => chosen.add(id));
  if (part === "nodes") select(chosen, wires);
  else select(nodes, chosen);
}

const onMove: OnMove = (_, viewport: Viewport) => {
  chooseDetail(currentScene(), viewport);
  const { flow, remember } = useSelection.getState();
  remember(flow, { x: Math.round(viewport.x), y: Math.round(viewport.y), zoom: viewport.zoom });
};

/** A flow opens where it was left. */
function showRemembered(flow: string) {
  const known = useSelection.getState().viewports[flow];
  if (known) jump(known);
  else showStart();
}
