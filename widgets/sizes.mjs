// Weighs what a browser loads, compressed, against the budgets of the design.
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const dist = join(fileURLToPath(new URL(".", import.meta.url)), "../engage/static/dist");
const weigh = async (files) => {
  let total = 0;
  for (const file of files) total += gzipSync(await readFile(join(dist, file)), { level: 9 }).length;
  return total;
};
const manifest = JSON.parse(await readFile(join(dist, "manifest.json"), "utf8"));
const frameFiles = (await readdir(join(dist, "frame"))).map((name) => `frame/${name}`);
const lines = [
  ["loader", [manifest.loader], 1.8, 1.2],
  ["frame, script of the first load", [...manifest.frame.js, ...manifest.frame.preload], 20, 12],
  ["frame, in all", frameFiles, 45, 30],
];
const firstLoad = (desk) => [...desk.js, ...desk.preload, ...desk.css];
if (manifest.wave) lines.push(["Wave, first load", firstLoad(manifest.wave), 250, 180]);
const softphone = (await readdir(join(dist, "desk"))).filter((name) => name.startsWith("sip-engine-")).map((name) => `desk/${name}`);
if (softphone.length > 0) lines.push(["Wave, softphone, loaded later", softphone, 80, 60]);
if (manifest.admin) lines.push(["administration, first load", firstLoad(manifest.admin), 250, 180]);

let heavy = false;
for (const [what, files, must, aim] of lines) {
  const kilobytes = (await weigh(files)) / 1000;
  const verdict = kilobytes > must ? "TOO HEAVY" : kilobytes > aim ? "above the aim" : "ok";
  heavy ||= kilobytes > must;
  console.log(`${what.padEnd(34)} ${kilobytes.toFixed(2).padStart(8)} kB   must ${must}, aim ${aim}   ${verdict}`);
}
process.exit(heavy ? 1 : 0);
