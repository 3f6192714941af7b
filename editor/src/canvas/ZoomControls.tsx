/** Zoom, fit and map, bottom left. */
import { run } from "../shell/actions";
import { t } from "../shell/words";
import { Icon } from "./Icon";
import { useView } from "./view";

export function ZoomControls() {
  const zoom = useView((state) => state.zoom);
  const map = useView((state) => state.map);
  return (
    <div className="float zoom" role="toolbar" aria-label={t("canvas.zoom")}>
      <button type="button" className="ib" title={t("action.zoom-out")} aria-label={t("action.zoom-out")} onClick={() => run("zoom-out")}><Icon name="minus" /></button>
      <button type="button" className="pc" title={t("action.zoom-reset")} onClick={() => run("zoom-reset")}>{Math.round(zoom * 100)} %</button>
      <button type="button" className="ib" title={t("action.zoom-in")} aria-label={t("action.zoom-in")} onClick={() => run("zoom-in")}><Icon name="plus" /></button>
      <hr />
      <button type="button" className="ib" title={t("action.zoom-fit")} aria-label={t("action.zoom-fit")} onClick={() => run("zoom-fit")}><Icon name="fit" /></button>
      <button type="button" className={map ? "ib map-toggle on" : "ib map-toggle"} aria-pressed={map} title={t("action.toggle-map")} aria-label={t("action.toggle-map")} onClick={() => run("toggle-map")}><Icon name="map" /></button>
    </div>
  );
}
