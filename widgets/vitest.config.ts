import { readFileSync, readdirSync } from "node:fs";
import { defineConfig } from "vitest/config";

const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".test.ts")).map((name) => `src/${name}`);
/** A module that one file mocks would be mocked for all that share its worker. */
const mocking = files.filter((name) => readFileSync(name, "utf8").includes("vi.mock("));
const others = files.filter((name) => !mocking.includes(name));

// A worker for each file took three quarters of the run.
export default defineConfig({
  test: {
    projects: [
      { test: { name: "together", include: others, isolate: false } },
      { test: { name: "mocking", include: mocking } },
    ],
  },
});
