/** Seattle's weather from 2012 to 2015, a record a day, of the package `vega-datasets`. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as t from 'io-ts';

/** Millimeters of rain, °C, meters a second. */
export const Day = t.type(
  { date: t.string, rain: t.number, highest: t.number, lowest: t.number, wind: t.number },
  'Day',
);
export type Day = t.TypeOf<typeof Day>;

/** What is in the package stands beside the module that it gives. */
const folder = dirname(dirname(createRequire(import.meta.url).resolve('vega-datasets')));

/** The days as text, which a decoder reads: the order is that of time. */
export const readWeather = (): readonly { readonly text: string }[] =>
  readFileSync(join(folder, 'data/seattle-weather.csv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [date = '', ...cells] = line.split(',');
      const [rain, highest, lowest, wind] = cells.map(Number);
      return { text: JSON.stringify({ date, rain, highest, lowest, wind }) };
    });
