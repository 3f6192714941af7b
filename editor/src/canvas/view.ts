/** What the canvas shows for the moment: nothing of it is kept or undone. */
import type { ReactFlowInstance } from "@xyflow/react";
import { create } from "zustand";
import type { Wire } from "../document/index";
import type { CanvasEdge, CanvasNode } from "./flowElements";
import type { Point } from "./curve";

export interface QuickAddRequest {
  /** On the screen and on the flow. */
  screen: Point;
  place: Point;
  /** Wire the new node to this end, or put it into this wire. */
  from?: { node: string; port: number; kind: "source" | "target" };
  wire?: Wire;
}

export interface MenuRequest { screen: Point; place: Point; node?: string; wire?: string }

interface CanvasView {
  /** The flow is a bitmap; `crowded`: with what is near the pointer as elements above it. */
  overview: boolean;
  crowded: boolean;
  detail: "full" | "mid" | "far";
  zoom: number;
  map: boolean;
  grid: boolean;
  snap: boolean;
  /** The wire and the group that take in what is let go now. */
  spliceTarget: string | null;
  groupTarget: string | null;
  hoverWire: string | null;
  openWire: string | null;
  /** Node whose description is read. */
  reading: string | null;
  quickAdd: QuickAddRequest | null;
  menu: MenuRequest | null;
  /** Node whose place was just asked for: drawn with a ring for a moment. */
  revealed: string | null;
}

export const useView = create<CanvasView>(() => ({
  overview: false, crowded: false, detail: "full", zoom: 1, map: innerWidth > 640, grid: true, snap: true, spliceTarget: null, groupTarget: null, hoverWire: null, openWire: null, reading: null,
  quickAdd: null, menu: null, revealed: null,
}));

/** Marks what takes in what is let go now. */
export function aim(spliceTarget: string | null, groupTarget: string | null) {
  const now = useView.getState();
  if (now.spliceTarget !== spliceTarget || now.groupTarget !== groupTarget) useView.setState({ spliceTarget, groupTarget });
}

export const OVERVIEW_BELOW = 0.4;

/** The canvas on the screen; null while there is none. */
export const canvas: { flow: ReactFlowInstance<CanvasNode, CanvasEdge> | null; element: HTMLElement | null; lastPointer: Point | null; giveUpWire: (() => void) | null } = {
  flow: null, element: null, lastPointer: null, giveUpWire: null,
};

/** Middle of what is visible, or the pointer when it is over the canvas. */
export function placeForNew(): Point {
  const { flow, element, lastPointer } = canvas;
  if (!flow || !element) return { x: 200, y: 200 };
  const box = element.getBoundingClientRect();
  return flow.screenToFlowPosition(lastPointer ?? { x: box.x + box.width / 2, y: box.y + box.height / 2 });
}

export const snapped = (value: number, grid = 20) => Math.round(value / grid) * grid;
