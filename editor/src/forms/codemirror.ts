/** CodeMirror, set up once: its own chunk, fetched when the first code field is shown. */
import { autocompletion, closeBrackets, closeBracketsKeymap, type CompletionContext, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, defaultHighlightStyle, foldGutter, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { linter, lintKeymap } from "@codemirror/lint";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { CodeEditor } from "./code";

const COLORS = HighlightStyle.define([
  { tag: [tags.propertyName, tags.keyword, tags.tagName, tags.heading], color: "var(--code-key)" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: "var(--code-str)" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--code-num)" },
  { tag: [tags.comment, tags.meta], color: "var(--ink-3)" },
]);

const THEME = EditorView.theme({
  "&": { fontSize: "12px", backgroundColor: "var(--surface-1)", color: "var(--ink-1)", height: "100%" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-code)", lineHeight: "17px", minHeight: "inherit" },
  ".cm-gutters": { backgroundColor: "var(--surface-0)", color: "var(--ink-3)", borderRight: "1px solid var(--line-hair)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--surface-2) 60%, transparent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--accent-wash)" },
  ".cm-cursor": { borderLeftColor: "var(--ink-1)" },
  ".cm-tooltip": { backgroundColor: "var(--surface-1)", border: "1px solid var(--line-edge)", borderRadius: "5px" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent-wash)", color: "var(--ink-1)" },
});

export function mount(root: ShadowRoot, text: string, language: string, label: string, changed: (text: string) => void): CodeEditor {
  const grammar = new Compartment();
  const view = new EditorView({
    root,
    parent: root as unknown as Element,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(), foldGutter(), history(), drawSelection(), indentOnInput(), bracketMatching(), closeBrackets(), highlightActiveLine(), autocompletion(), indentUnit.of("    "),
        syntaxHighlighting(COLORS), syntaxHighlighting(defaultHighlightStyle, { fallback: true }), THEME, EditorView.contentAttributes.of({ "aria-label": label }),
        keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap, indentWithTab]),
        EditorView.updateListener.of((update) => update.docChanged && changed(update.state.doc.toString())), grammar.of([]),
      ],
    }),
  });
  const setLanguage = (name: string) => void extensionFor(name).then((extension) => view.dispatch({ effects: grammar.reconfigure(extension) }));
  setLanguage(language);
  return {
    text: () => view.state.doc.toString(),
    setText: (next) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } }),
    setLanguage,
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}

async function extensionFor(language: string): Promise<Extension> {
  switch (language) {
    case "python": return [(await import("@codemirror/lang-python")).python(), names()];
    case "javascript": case "jsonata": return [(await import("@codemirror/lang-javascript")).javascript(), names()];
    case "json": { const { json, jsonParseLinter } = await import("@codemirror/lang-json"); return [json(), linter(jsonParseLinter())]; }
    case "html": case "handlebars": case "mustache": return (await import("@codemirror/lang-html")).html();
    case "css": return (await import("@codemirror/lang-css")).css();
    case "markdown": return [(await import("@codemirror/lang-markdown")).markdown(), EditorView.lineWrapping];
    case "sql": return (await import("@codemirror/lang-sql")).sql();
    case "yaml": return (await import("@codemirror/lang-yaml")).yaml();
    default: return EditorView.lineWrapping;
  }
}

/** What a function node finds around it. */
const NAMES: Record<string, string[]> = {
  "": ["msg", "node", "flow", "global", "env", "context"],
  msg: ["payload", "topic", "_msgid", "parts", "req", "res"],
  node: ["send", "status", "warn", "error", "log", "done", "id", "name"],
  flow: ["get", "set", "keys"], global: ["get", "set", "keys"], context: ["get", "set", "keys"], env: ["get"],
};

function names(): Extension {
  const complete = (context: CompletionContext) => {
    const before = context.matchBefore(/(?:\b(\w+)\.)?\w*/);
    if (!before || (before.from === before.to && !context.explicit)) return null;
    const owner = /^(\w+)\./.exec(before.text)?.[1] ?? "";
    const options = NAMES[owner];
    return options ? { from: before.from + (owner ? owner.length + 1 : 0), options: options.map((label) => ({ label, type: owner ? "property" : "variable" })) } : null;
  };
  return EditorState.languageData.of(() => [{ autocomplete: complete }]);
}
