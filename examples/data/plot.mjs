/**
 * Charts of Observable Plot as SVG files, without a browser. In JavaScript, with its types beside it: those of the
 * packages are not sound enough for a compiler that checks them.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/** @type {import('./plot.d.mts').pictureAt} */
export const pictureAt = (name) => {
  const path = fileURLToPath(new URL(`../out/${name}`, import.meta.url));
  mkdirSync(dirname(path), { recursive: true });
  return path;
};

const save = (name, chart) => {
  chart.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  chart.setAttribute('style', 'background: white');
  const path = pictureAt(name);
  writeFileSync(path, chart.outerHTML);
  return path;
};

/** @type {import('./plot.d.mts').savePoints} */
export const savePoints = (name, { title, kinds }) => {
  const { document } = parseHTML('<!doctype html><body></body>');
  const points = Object.entries(kinds).flatMap(([kind, all]) => all.map(([x, y]) => ({ kind, x, y })));
  const chart = Plot.plot({
    document,
    width: 480,
    height: 480,
    marginTop: 40,
    grid: true,
    marks: [
      Plot.text([title], { frameAnchor: 'top-left', dy: -32, fontSize: 13 }),
      Plot.dot(points, { x: 'x', y: 'y', fill: 'kind', r: 1.5 }),
    ],
  });
  return save(name, chart);
};

/** @type {import('./plot.d.mts').saveLines} */
export const saveLines = (name, { title, x, y, z, points }) => {
  const { document } = parseHTML('<!doctype html><body></body>');
  const channels = { x: x.of, y: y.of };
  const chart = Plot.plot({
    document,
    marginTop: 40,
    marginLeft: 60,
    marginRight: 60,
    grid: true,
    x: { type: x.scale ?? 'linear', label: x.label, tickFormat: '~g' },
    y: { type: y.scale ?? 'linear', label: y.label, tickFormat: '~g' },
    color: { type: 'ordinal', scheme: 'viridis' },
    marks: [
      Plot.text([title], { frameAnchor: 'top-left', dy: -32, dx: 40, fontSize: 13 }),
      Plot.lineY(points, { ...channels, stroke: z.of, strokeWidth: 2 }),
      Plot.dot(points, { ...channels, fill: z.of }),
      Plot.text(points, Plot.selectLast({ ...channels, z: z.of, text: z.of, textAnchor: 'start', dx: 8 })),
    ],
  });
  return save(name, chart);
};
