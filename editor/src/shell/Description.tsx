/** The description of a node or flow, in Markdown, with what it will look like. */
import { useEffect, useRef, useState } from "react";
import type { Code } from "../forms/code";
import { Markdown } from "./Markdown";
import { t } from "./words";

export function Description({ value, change }: { value: string; change: (text: string) => void }) {
  const home = useRef<HTMLDivElement>(null);
  const [text, setText] = useState(value);
  const latest = useRef(change);
  latest.current = change;

  useEffect(() => {
    const code = document.createElement("fe-code") as Code;
    code.setAttribute("lang", "markdown");
    code.setAttribute("rows", "14");
    code.setAttribute("aria-label", t("tray.description"));
    home.current!.replaceChildren(code);
    code.value = text;
    code.addEventListener("change", () => {
      setText(code.value);
      latest.current(code.value);
    });
  }, []);

  return (
    <div className="form description"><div ref={home} />{text && <><h4>{t("tray.preview")}</h4><div className="markdown"><Markdown text={text} /></div></>}</div>
  );
}
