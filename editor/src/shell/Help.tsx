/** A help page of the server; the part about the focused field is washed. */
import { useEffect, useRef, useState } from "react";
import { readHelp } from "../server/api";
import { t, useLanguage } from "./words";

interface HelpProps { type: string; method?: string; field?: string | null }

export function Help({ type, method, field }: HelpProps) {
  const language = useLanguage((state) => state.language);
  const [page, setPage] = useState<string | null>("");
  const element = useRef<HTMLDivElement>(null);

  useEffect(() => {
    let current = true;
    readHelp(type, language, method).then((html) => current && setPage(html), () => current && setPage(null));
    return () => void (current = false);
  }, [type, method, language]);

  useEffect(() => {
    const parts = element.current?.querySelectorAll<HTMLElement>("[data-field]") ?? [];
    for (const part of parts) {
      const on = Boolean(field) && (part.dataset.field === field || `defaults.${part.dataset.field}` === field);
      part.classList.toggle("cur", on);
      if (on) part.scrollIntoView({ block: "nearest", behavior: "smooth" });
    }
  }, [field, page]);

  if (page === null) return <p className="none">{t("help.none")}</p>;
  return <div ref={element} className="help" dangerouslySetInnerHTML={{ __html: page }} />;
}
