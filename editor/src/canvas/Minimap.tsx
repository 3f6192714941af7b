/** The map: everything at a glance, what is on screen framed, a drag in it pans. */
import { useStoreApi } from "@xyflow/react";
import { type PointerEvent, useEffect, useRef } from "react";
import { t } from "../shell/words";
import { drawScene, penFor } from "./draw";
import { paints } from "./paints";
import { bounds, type Scene } from "./scene";
import { canvas } from "./view";

const NOBODY: ReadonlySet<string> = new Set();

export default function Minimap({ scene }: { scene: Scene }) {
  const element = useRef<HTMLCanvasElement>(null);
  const frame = useRef({ scale: 1, x: 0, y: 0 });
  const store = useStoreApi();

  useEffect(() => {
    let pending = 0;
    const draw = () => {
      pending = 0;
      const map = element.current;
      const pen = map && penFor(map);
      if (!pen) return;
      const { transform: [x, y, zoom], width, height } = store.getState();
      const view = { x: -x / zoom, y: -y / zoom, w: width / zoom, h: height / zoom };
      const place = placement(scene, view, map.clientWidth, map.clientHeight);
      frame.current = place;
      pen.save();
      pen.translate(place.x, place.y);
      pen.scale(place.scale, place.scale);
      drawScene(pen, scene, paints(), { selected: NOBODY, wireWidth: 1 / place.scale, outline: false }, { x: -1e9, y: -1e9, w: 2e9, h: 2e9 });
      frameView(pen, view, place.scale);
      pen.restore();
    };
    // The map may lag a little; the canvas comes first.
    const soon = () => (pending ||= window.setTimeout(() => requestAnimationFrame(draw), 60));
    draw();
    const stop = store.subscribe((state, before) => void (state.transform !== before.transform || state.width !== before.width ? soon() : 0));
    return () => {
      clearTimeout(pending);
      stop();
    };
  }, [scene, store]);

  const pan = (event: PointerEvent<HTMLCanvasElement>) => {
    if (!event.buttons) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const box = event.currentTarget.getBoundingClientRect();
    const { x, y, scale } = frame.current;
    canvas.flow?.setCenter((event.clientX - box.x - x) / scale, (event.clientY - box.y - y) / scale, { zoom: canvas.flow.getZoom() });
  };

  return <div className="float mini"><canvas ref={element} onPointerDown={pan} onPointerMove={pan} aria-label={t("canvas.map")} role="img" /></div>;
}

function placement(scene: Scene, view: { x: number; y: number; w: number; h: number }, width: number, height: number) {
  const all = bounds(scene) ?? view;
  const left = Math.min(all.x, view.x);
  const top = Math.min(all.y, view.y);
  const right = Math.max(all.x + all.w, view.x + view.w);
  const bottom = Math.max(all.y + all.h, view.y + view.h);
  // While the map is being laid out it has no size yet.
  const scale = Math.max(1e-6, Math.min((width - 16) / (right - left), (height - 16) / (bottom - top)));
  return { scale, x: (width - (left + right) * scale) / 2, y: (height - (top + bottom) * scale) / 2 };
}

/** Dims what is off screen and frames the rest. */
function frameView(pen: CanvasRenderingContext2D, { x, y, w, h }: { x: number; y: number; w: number; h: number }, scale: number) {
  const { shade, accent } = paints();
  pen.beginPath();
  pen.rect(-1e6, -1e6, 2e6, 2e6);
  pen.roundRect(x, y, w, h, 2 / scale);
  pen.fillStyle = shade;
  pen.globalAlpha = 0.55;
  pen.fill("evenodd");
  pen.globalAlpha = 1;
  pen.beginPath();
  pen.roundRect(x, y, w, h, 2 / scale);
  pen.strokeStyle = accent;
  pen.lineWidth = 1.5 / scale;
  pen.stroke();
}
