/** A glyph as SVG. */
import { memo } from "react";
import { type Glyph, GLYPHS } from "./glyphs";

interface IconProps { name: Glyph; size?: "sm" | "xs"; title?: string }

export const Icon = memo(function Icon({ name, size, title }: IconProps) {
  return (
    <svg className={size ? `i ${size}` : "i"} viewBox="0 0 16 16" role={title ? "img" : undefined} aria-label={title}
      aria-hidden={title ? undefined : true} dangerouslySetInnerHTML={{ __html: GLYPHS[name] }} />
  );
});
