// Builds the page's script for tests with other people's SIP libraries: node phones/build.mjs FILE
import { basename, dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const out = resolve(process.argv[2]);

await build({
  root: fileURLToPath(new URL(".", import.meta.url)),
  configFile: false,
  logLevel: "error",
  publicDir: false,
  build: {
    outDir: dirname(out),
    emptyOutDir: false,
    target: "es2022",
    minify: false,
    rolldownOptions: {
      input: fileURLToPath(new URL("page.mjs", import.meta.url)),
      output: { format: "iife", entryFileNames: basename(out) },
    },
  },
});
