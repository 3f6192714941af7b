import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

// The page may be served below any admin root, so every address in it is relative.
export default defineConfig({
  base: "./",
  plugins: [react(), withoutDisplayNames()],
  build: {
    target: "es2023", sourcemap: false, chunkSizeWarningLimit: 1700, modulePreload: { polyfill: false },
    rolldownOptions: {
      // Parts of React Flow that are not used are dropped only when wrapping a component is known to do nothing else.
      treeshake: { manualPureFunctions: ["memo", "forwardRef"] },
      // One file compresses better than the many that parts which come later would cut it into.
      output: { codeSplitting: { groups: [{ name: "page", tags: ["$initial"] }] } },
    },
  },
  server: { proxy: proxied(["flows", "settings", "nodes", "comms", "inject", "debug", "context", "credentials", "api", "auth"]) },
});

/** Naming a component for debuggers counts as using it. */
function withoutDisplayNames(): Plugin {
  return {
    name: "without-display-names",
    apply: "build",
    transform: { filter: { id: /@xyflow\/react\/dist\/esm\/index/ }, handler: (code) => code.replace(/^\w+\.displayName = .*;$/gm, "") },
  };
}

/** Addresses that the development server passes on to a running flowengine. */
function proxied(names: string[]) {
  const target = process.env.FLOWENGINE_URL ?? "http://127.0.0.1:1880";
  return Object.fromEntries(names.map((name) => [`/${name}`, { target, ws: name === "comms" }]));
}
