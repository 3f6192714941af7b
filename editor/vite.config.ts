import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The page may be served below any admin root, so every address in it is relative.
export default defineConfig({
  base: "./",
  plugins: [react()],
  build: { target: "es2023", sourcemap: false, chunkSizeWarningLimit: 1700, modulePreload: { polyfill: false } },
  server: { proxy: proxied(["flows", "settings", "nodes", "comms", "inject", "debug", "context", "credentials", "api", "auth"]) },
});

/** Addresses that the development server passes on to a running flowengine. */
function proxied(names: string[]) {
  const target = process.env.FLOWENGINE_URL ?? "http://127.0.0.1:1880";
  return Object.fromEntries(names.map((name) => [`/${name}`, { target, ws: name === "comms" }]));
}
