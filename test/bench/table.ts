/** Figures as a table in Markdown, under a line about the machine. */
import { arch, cpus, platform } from 'node:os';
import type { Figure } from './measure.js';

/** Three significant digits, and no exponent. */
export const showNumber = (value: number): string =>
  Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));

export const machineLine = (): string =>
  `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, ${platform()} ${arch()}, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}`;

export const printTable = (figures: readonly Figure[]): void => {
  console.log(`${machineLine()}\n`);
  console.log('| workload | engine | threads | metric | value |\n| --- | --- | --- | --- | --- |');
  for (const { workload, engine, threads, metric, value, unit } of figures)
    console.log(`| ${workload} | ${engine} | ${threads} | ${metric} | ${showNumber(value)} ${unit} |`);
};
