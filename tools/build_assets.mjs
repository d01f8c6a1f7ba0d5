// Assembles the committed static files of shared/web from the packages pinned in package-lock.json.
//
//   npm ci --ignore-scripts            once
//   node tools/build_assets.mjs        writes the files
//   node tools/build_assets.mjs --check   compares instead, and fails when a committed file is not what it would write
//
// Running the platform needs none of this: the files it writes are in the repository.

import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const packages = join(root, "node_modules");
const target = join(root, "shared/web/static/web");
const checking = process.argv.includes("--check");

// The order of the cascade; tokens.css declares the layers first.
const styles = [
  "tokens",
  "base",
  "layout",
  "frame",
  "actions",
  "cards",
  "messages",
  "data",
  "charts",
  "wayfinding",
  "forms",
  "ticket",
  "desk",
  "counter",
  "site",
  "portal",
  "print",
];

// Where a template or a view names an icon: <c-icon name="phone">, {% icon "phone" %}, icon="phone", "icon": "phone".
const iconNames =
  /{% icon "([a-z0-9-]+)"|<c-icon\b[^>]*?\bname="([a-z0-9-]+)"|\bicon(?:_after)?="([a-z0-9-]+)"|["']icon["']: ["']([a-z0-9-]+)["']/g;
const sources = ["shared", "tenants", "billing", "platform"];

function* walk(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else if (/\.(html|py)$/.test(entry.name)) yield path;
  }
}

function usedIcons() {
  const names = new Set();
  for (const source of sources) {
    for (const path of walk(join(root, source))) {
      for (const match of readFileSync(path, "utf8").matchAll(iconNames)) names.add(match.slice(1).find(Boolean));
    }
  }
  return [...names].sort();
}

function sprite() {
  const licence = "<!-- Icons: Lucide (https://lucide.dev), ISC licence, see icons.LICENSE.txt -->";
  const symbols = usedIcons().map((name) => {
    const path = join(packages, "lucide-static/icons", `${name}.svg`);
    if (!existsSync(path)) throw new Error(`no Lucide icon is called "${name}"`);
    const drawing = readFileSync(path, "utf8").match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1];
    const shapes = drawing.split("\n").map((line) => line.trim()).join("").replaceAll(" />", "/>");
    return `<symbol id="${name}" viewBox="0 0 24 24">${shapes}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">\n${licence}\n${symbols.join("\n")}\n</svg>\n`;
}

function stylesheet() {
  const joined = styles.map((name) => readFileSync(join(root, "shared/web/css", `${name}.css`), "utf8")).join("\n");
  const lines = joined.replaceAll(/\/\*[\s\S]*?\*\//g, "").split("\n").map((line) => line.trim()).filter(Boolean);
  const packed = lines.join("\n").replaceAll(/\s*\{\s*/g, "{").replaceAll(/;\s*\}/g, "}").replaceAll(/,\n/g, ",");
  return `/* Built by tools/build_assets.mjs from shared/web/css: change those files, not this one. */\n${packed}\n`;
}

const copy = (path) => readFileSync(join(packages, path));

const outputs = {
  "app.css": () => stylesheet(),
  "icons.svg": () => sprite(),
  "icons.LICENSE.txt": () => copy("lucide-static/LICENSE"),
  "htmx.min.js": () => copy("htmx.org/dist/htmx.min.js").toString().replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n"),
  "htmx.LICENSE.txt": () => copy("htmx.org/LICENSE"),
  "fonts/fraunces.woff2": () => copy("@fontsource-variable/fraunces/files/fraunces-latin-wght-normal.woff2"),
  "fonts/fraunces.LICENSE.txt": () => copy("@fontsource-variable/fraunces/LICENSE"),
  "fonts/figtree.woff2": () => copy("@fontsource-variable/figtree/files/figtree-latin-wght-normal.woff2"),
  "fonts/figtree.LICENSE.txt": () => copy("@fontsource-variable/figtree/LICENSE"),
};
// What the browser tests look with: they run on machines without npm.
const forTests = {
  "axe.min.js": () => copy("axe-core/axe.min.js"),
  "axe.LICENSE.txt": () => copy("axe-core/LICENSE"),
  "axe.LICENSE-3RD-PARTY.txt": () => copy("axe-core/LICENSE-3RD-PARTY.txt"),
};
const files = [
  ...Object.entries(outputs).map(([name, make]) => [join(target, name), make]),
  ...Object.entries(forTests).map(([name, make]) => [join(root, "tests/journeys/data", name), make]),
];

let stale = 0;
for (const [path, make] of files) {
  const wanted = Buffer.from(make());
  if (existsSync(path) && wanted.equals(readFileSync(path))) continue;
  if (checking) {
    console.error(`${relative(root, path)} is not what the build makes: run node tools/build_assets.mjs`);
    stale += 1;
  } else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, wanted);
    console.log(`wrote ${relative(root, path)} (${wanted.length} bytes)`);
  }
}
if (checking && !stale) console.log(`${files.length} built files are up to date`);
process.exitCode = stale ? 1 : 0;
