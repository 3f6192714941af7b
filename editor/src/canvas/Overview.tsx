/** The flow as a bitmap: far away solid boxes in their category's colour, in a crowd nodes to be read. Draws at most once a frame. */
import { useStoreApi } from "@xyflow/react";
import { useEffect, useRef } from "react";
import { useSelection } from "../document/selection";
import { useRuntime } from "../server/runtime";
import { drawScene, penFor } from "./draw";
import { paints } from "./paints";
import type { Dragged, Scene } from "./scene";
import type { Lasso } from "./overviewPointer";

interface OverviewProps { scene: Scene; dragged: Dragged; lasso: Lasso | null; readable: boolean }

export default function Overview({ scene, dragged, lasso, readable }: OverviewProps) {
  const element = useRef<HTMLCanvasElement>(null);
  const store = useStoreApi();
  const selected = useSelection((state) => state.nodes);

  useEffect(() => {
    let frame = 0;
    const draw = () => {
      frame = 0;
      const pen = element.current && penFor(element.current);
      if (!pen) return;
      const [x, y, zoom] = store.getState().transform;
      const { clientWidth, clientHeight } = element.current!;
      pen.translate(x, y);
      pen.scale(zoom, zoom);
      drawScene(pen, scene, paints(), { selected, dragged, wireWidth: readable ? 2 : 1 / zoom, outline: true, readable }, { x: -x / zoom, y: -y / zoom, w: clientWidth / zoom, h: clientHeight / zoom });
    };
    const soon = () => (frame ||= requestAnimationFrame(draw));
    draw();
    const stops = [store.subscribe((state, before) => void (state.transform !== before.transform && soon())), useRuntime.subscribe((state, before) => void (state.statuses !== before.statuses && soon()))];
    const sizes = new ResizeObserver(soon);
    sizes.observe(element.current!);
    return () => {
      cancelAnimationFrame(frame);
      sizes.disconnect();
      stops.forEach((stop) => stop());
    };
  }, [scene, dragged, selected, store, readable]);

  return (
    <>
      <canvas ref={element} className="overview" aria-hidden="true" />
      {lasso && <div className="react-flow__selection" style={{ left: lasso.x, top: lasso.y, width: lasso.w, height: lasso.h, position: "absolute" }} />}
    </>
  );
}
