/** A glyph as a plain element, for what is built without React. */
import { type Glyph, GLYPHS } from "../canvas/glyphs";

export function glyph(name: Glyph, size: "" | "sm" | "xs" = "sm"): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", `i ${size}`.trim());
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  svg.innerHTML = GLYPHS[name];
  return svg;
}
