/** A value in a large editor; an expression with a place to try it. */
import { make } from "./field";
import { t } from "../shell/words";

interface CodeElement extends HTMLElement { value: string }

/** The text when it was accepted, null otherwise. */
export function expand(value: string, language: string, title: string): Promise<string | null> {
  return new Promise((resolve) => {
    const code = make("fe-code" as "div", { lang: language, rows: "18" }) as unknown as CodeElement;
    const dialog = make("dialog", { class: "modal wide expand-dialog", "aria-label": title });
    const finish = (text: string | null) => {
      dialog.close();
      dialog.remove();
      resolve(text);
    };
    const body = make("div", { class: "modal-body" }, code);
    if (language === "jsonata") body.append(testPane(code));
    dialog.append(make("h2", {}, title), body, make("footer", {},
      make("button", { type: "button", class: "btn", onclick: () => finish(null) }, t("common.cancel")),
      make("button", { type: "button", class: "btn primary", onclick: () => finish(code.value) }, t("common.done"))));
    dialog.addEventListener("cancel", () => finish(null));
    document.body.append(dialog);
    code.value = language === "json" ? pretty(value) : value;
    dialog.showModal();
    code.focus();
  });
}

/** Evaluates as it is typed, against a message of one's own. */
function testPane(code: CodeElement): HTMLElement {
  const message = make("fe-code" as "div", { lang: "json", rows: "8" }) as unknown as CodeElement;
  const result = make("pre", { class: "ex", "aria-live": "polite" });
  const evaluate = async () => {
    try {
      const { tryExpression } = await import("./tryExpression");
      const answer = await tryExpression(code.value, JSON.parse(message.value || "{}"));
      result.textContent = answer === undefined ? t("expression.nothing") : JSON.stringify(answer, null, 2);
      result.classList.remove("err");
    } catch (error) {
      result.textContent = (error as Error).message;
      result.classList.add("err");
    }
  };
  let timer: ReturnType<typeof setTimeout>;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void evaluate(), 250);
  };
  code.addEventListener("input", soon);
  message.addEventListener("input", soon);
  queueMicrotask(() => {
    message.value = '{\n  "payload": "hello"\n}';
    void evaluate();
  });
  return make("section", { class: "test-pane" }, make("h4", {}, t("expression.message")), message, make("h4", {}, t("expression.result")), result);
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
