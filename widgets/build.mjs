// Builds every front end into engage/static/dist: beside it first, renamed when all of it is there.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const here = fileURLToPath(new URL(".", import.meta.url));
const dist = join(here, "../engage/static/dist");
const staging = `${dist}.building-${process.pid}`;

const shared = {
  root: here,
  base: "/static/",
  configFile: false,
  logLevel: "warn",
  publicDir: false,
  // Vite would preload by a helper of its own; every entry here is small or lists its own chunks.
  build: { outDir: staging, emptyOutDir: false, target: "es2022", assetsInlineLimit: 0, modulePreload: false, reportCompressedSize: false },
};

/** Mantine marks each module for servers that draw React; here that says nothing. */
const onLog = (level, log, forward) => log.code !== "MODULE_LEVEL_DIRECTIVE" && forward(level, log);

/** Vite's way of loading what is loaded later waits for style sheets: the visitor's page has one, which is there. */
const plainImports = {
  name: "plain-imports",
  enforce: "pre",
  load: { filter: { id: /^\0vite\/preload-helper\.js$/ }, handler: () => "export const __vitePreload = (load) => load();" },
};

const named = (folder) => ({
  entryFileNames: `${folder}/[name]-[hash].js`,
  chunkFileNames: `${folder}/[name]-[hash].js`,
  assetFileNames: `${folder}/[name]-[hash][extname]`,
});

/** The loader and what may follow it: classic scripts under fixed names, because web sites name them. */
async function buildLoader(name) {
  await build({
    ...shared,
    build: {
      ...shared.build,
      rolldownOptions: {
        input: join(here, `src/visitor/${name}.ts`),
        onLog,
        output: { format: "iife", entryFileNames: `${name}.js` },
      },
    },
  });
}

/** Wave's service worker: one classic script, which the server completes with the files of this build. */
async function buildWorker() {
  await build({
    ...shared,
    build: {
      ...shared.build,
      rolldownOptions: { input: join(here, "src/worker/worker.ts"), onLog, output: { format: "iife", entryFileNames: "worker.js" } },
    },
  });
  return "worker.js";
}

/** What systems show of an installed Wave. */
async function copyIcons() {
  const icons = {};
  for (const name of ["icon-192", "icon-512", "maskable-512", "touch-180", "badge-96"]) {
    icons[name] = await copyHashed(join(here, `src/shared/icons/${name}.png`), name, ".png");
  }
  return icons;
}

/** Modules under hashed names; returns the files each entry loads at once. */
async function buildModules(entries, output, visitor = false) {
  const present = Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(join(here, file))));
  if (Object.keys(present).length === 0) return {};
  await build({
    ...shared,
    plugins: visitor ? [plainImports] : [],
    oxc: { jsx: { runtime: "automatic", importSource: visitor ? "preact" : "react" } },
    build: { ...shared.build, manifest: "vite-manifest.json", rolldownOptions: { input: present, output, onLog }, chunkSizeWarningLimit: 1000 },
  });
  const file = join(staging, "vite-manifest.json");
  const manifest = JSON.parse(await readFile(file, "utf8"));
  await rm(file);
  return Object.fromEntries(Object.entries(present).map(([name, source]) => [name, loadedAtOnce(manifest, source)]));
}

function loadedAtOnce(manifest, source) {
  const js = [manifest[source].file];
  const css = new Set();
  const seen = new Set();
  const walk = (key) => {
    if (seen.has(key)) return;
    seen.add(key);
    for (const next of manifest[key].imports ?? []) walk(next);
    for (const sheet of manifest[key].css ?? []) css.add(sheet);
  };
  walk(source);
  const preload = [...seen].filter((key) => key !== source).map((key) => manifest[key].file);
  return { js, css: [...css], preload };
}

/** Catalogues, as `tools/catalogs.py compile` left them, under hashed names. */
async function copyCatalogs() {
  const from = join(here, ".i18n");
  const names = {};
  await rm(join(staging, "i18n"), { recursive: true, force: true });
  if (!existsSync(from)) return names;
  await mkdir(join(staging, "i18n"), { recursive: true });
  for (const name of (await readdir(from)).filter((each) => each.endsWith(".js")).sort()) {
    const language = basename(name, ".js");
    names[language] = await copyHashed(join(from, name), `i18n/${language}`, ".js");
  }
  return names;
}

/** Under a name that changes with the content, so that browsers may keep it for ever. */
async function copyHashed(from, name, ending) {
  const content = await readFile(from);
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8);
  await writeFile(join(staging, `${name}-${hash}${ending}`), content);
  return `${name}-${hash}${ending}`;
}

async function main() {
  // `npm run build -- visitor` or `-- desk`: one part anew, the other as it was.
  const only = process.argv[2];
  const wanted = (part) => only === undefined || only === part;
  await rm(staging, { recursive: true, force: true });
  let manifest = {};
  if (only !== undefined && existsSync(dist)) {
    await cp(dist, staging, { recursive: true });
    manifest = JSON.parse(await readFile(join(dist, "manifest.json"), "utf8"));
  }
  await mkdir(staging, { recursive: true });
  try {
    if (wanted("visitor")) Object.assign(manifest, await buildVisitor());
    if (wanted("desk")) Object.assign(manifest, await buildDesk());
    const icon = await copyHashed(join(here, "src/shared/icons/mark.svg"), "icon", ".svg");
    for (const entry of Object.values(manifest)) {
      if (entry.preload) entry.links = [{ rel: "icon", href: icon }, ...entry.preload.map((href) => ({ rel: "modulepreload", href }))];
    }
    Object.assign(manifest, { icon, icons: await copyIcons(), i18n: await copyCatalogs() });
    manifest.wave?.links.push({ rel: "apple-touch-icon", href: manifest.icons["touch-180"] });
    await writeFile(join(staging, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
    await replace();
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function buildVisitor() {
  await rm(join(staging, "frame"), { recursive: true, force: true });
  await buildLoader("loader");
  await buildLoader("watching");
  const loader = await readFile(join(staging, "loader.js"));
  return {
    loader: "loader.js",
    integrity: { "loader.js": `sha384-${createHash("sha384").update(loader).digest("base64")}` },
    ...(await buildModules({ frame: "src/visitor/frame.tsx" }, named("frame"), true)),
  };
}

async function buildDesk() {
  for (const folder of ["wave", "admin", "desk", "home"]) await rm(join(staging, folder), { recursive: true, force: true });
  const desks = await buildModules(
    { wave: "src/wave/main.tsx", admin: "src/admin/main.tsx" },
    { entryFileNames: "[name]/[name]-[hash].js", chunkFileNames: "desk/[name]-[hash].js", assetFileNames: "desk/[name]-[hash][extname]" },
  );
  desks.worker = await buildWorker();
  return { ...desks, ...(await buildModules({ home: "src/home/main.ts" }, named("home"))) };
}

/** A failed build never leaves half a front end; a running server misses it for two renames. */
async function replace() {
  const old = `${dist}.old-${process.pid}`;
  if (existsSync(dist)) await rename(dist, old);
  await rename(staging, dist);
  await rm(old, { recursive: true, force: true });
}

await main();
