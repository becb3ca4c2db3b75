/**
 * Draws icon.svg at every size the packages need: PNGs for Linux, icon.ico for Windows, icon.icns for macOS.
 *
 *   node resources/icons/make.ts
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { chromium } from '@playwright/test';
import { findBrowser } from '../../e2e/browser.ts';

const folder = import.meta.dirname;
const sizesPx = [16, 24, 32, 48, 64, 128, 256, 512, 1024];

async function draw(): Promise<Map<number, Buffer>> {
  const svg = await readFile(path.join(folder, 'icon.svg'), 'utf8');
  const browser = await chromium.launch(findBrowser());
  const pngs = new Map<number, Buffer>();
  try {
    for (const sizePx of sizesPx) {
      const page = await browser.newPage({ viewport: { width: sizePx, height: sizePx } });
      await page.setContent(`<style>body{margin:0}svg{display:block;width:${sizePx}px}</style>${svg}`);
      pngs.set(sizePx, await page.screenshot({ omitBackground: true }));
      await page.close();
    }
  } finally {
    await browser.close();
  }
  return pngs;
}

/** Windows: a directory of PNGs (256 is written as 0). */
function ico(pngs: Map<number, Buffer>): Buffer {
  const images = [...pngs].filter(([sizePx]) => sizePx <= 256);
  const head = Buffer.alloc(6 + 16 * images.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(images.length, 4);
  let offset = head.length;
  images.forEach(([sizePx, png], at) => {
    const entry = 6 + 16 * at;
    head[entry] = head[entry + 1] = sizePx % 256;
    head.writeUInt16LE(1, entry + 4);
    head.writeUInt16LE(32, entry + 6);
    head.writeUInt32LE(png.length, entry + 8);
    head.writeUInt32LE(offset, entry + 12);
    offset += png.length;
  });
  return Buffer.concat([head, ...images.map(([, png]) => png)]);
}

/** macOS: four-letter chunks that each hold a PNG. */
function icns(pngs: Map<number, Buffer>): Buffer {
  const types: readonly (readonly [string, number])[] = [
    ['icp4', 16],
    ['icp5', 32],
    ['icp6', 64],
    ['ic07', 128],
    ['ic08', 256],
    ['ic09', 512],
    ['ic10', 1024],
  ];
  const chunks = types.map(([type, sizePx]) => {
    const png = pngs.get(sizePx)!;
    const head = Buffer.alloc(8);
    head.write(type, 0, 'latin1');
    head.writeUInt32BE(png.length + 8, 4);
    return Buffer.concat([head, png]);
  });
  const body = Buffer.concat(chunks);
  const head = Buffer.alloc(8);
  head.write('icns', 0, 'latin1');
  head.writeUInt32BE(body.length + 8, 4);
  return Buffer.concat([head, body]);
}

const pngs = await draw();
for (const [sizePx, png] of pngs) await writeFile(path.join(folder, `${sizePx}x${sizePx}.png`), png);
await writeFile(path.join(folder, 'icon.ico'), ico(pngs));
await writeFile(path.join(folder, 'icon.icns'), icns(pngs));
