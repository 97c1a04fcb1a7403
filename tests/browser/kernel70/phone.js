// A phone whose wallet was never updated: drives Chromium 70 by lines of JSON on standard input, one answer a line.
// Arguments: the node_modules folder and where the unpacked browser may stand.
"use strict";

const fs = require("fs");
const path = require("path");
const readline = require("readline");
const zlib = require("zlib");

const [modules, browserFile] = process.argv.slice(2);
const puppeteer = require(path.join(modules, "puppeteer-core"));
const PATIENCE = 20000;

function unpack() {
  const folder = path.join(modules, "chrome-aws-lambda", "bin");
  const packed = fs.readdirSync(folder).find((name) => name.startsWith("chromium-70."));
  fs.writeFileSync(browserFile, zlib.brotliDecompressSync(fs.readFileSync(path.join(folder, packed))), { mode: 0o755 });
}

const acts = {
  open: (page, { url }) => page.goto(url, { waitUntil: "load", timeout: PATIENCE }).then((answer) => answer.status()),
  press: (page, { selector }) =>
    Promise.all([page.waitForNavigation({ waitUntil: "load", timeout: PATIENCE }), page.click(selector)]).then(() => page.url()),
  tick: (page, { selector }) => page.click(selector),
  type: (page, { selector, text }) => page.type(selector, text),
  ask: (page, { expression }) => page.evaluate(expression),
  await: (page, { expression }) => page.waitForFunction(expression, { timeout: PATIENCE, polling: 100 }).then(() => true),
  picture: (page, { file }) => page.screenshot({ path: file }).then(() => true),
};

async function serve() {
  unpack();
  const browser = await puppeteer.launch({
    executablePath: browserFile,
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--no-zygote", "--single-process"],
  });
  const page = await browser.newPage();
  await page.setViewport({ width: 375, height: 812 });
  const complaints = [];
  page.on("pageerror", (fault) => complaints.push(String(fault)));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  console.log(JSON.stringify({ value: await browser.version() }));
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { act, ...asked } = JSON.parse(line);
    try {
      const value = await acts[act](page, asked);
      console.log(JSON.stringify({ value: value === undefined ? null : value, complaints: complaints.splice(0) }));
    } catch (fault) {
      console.log(JSON.stringify({ fault: String(fault), complaints: complaints.splice(0) }));
    }
  }
  await browser.close();
}

serve().catch((fault) => {
  console.log(JSON.stringify({ fault: String(fault) }));
  process.exit(1);
});
