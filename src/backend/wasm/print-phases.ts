/** What a step does one after another, in a form that a person can read. */
import type { Phase } from './phase.js';

const line = (phase: Phase): string => {
  switch (phase.kind) {
    case 'alone':
      return `${phase.name}: one thread`;
    case 'shared':
      return `${phase.name}: ${phase.extent} in pieces of ${phase.piece}`;
    case 'products':
      return phase.products
        .map(({ rows, inner, columns }) => `library: [${rows}, ${inner}]·[${inner}, ${columns}]`)
        .join('\n  ');
    case 'repeat':
      return [`${phase.times} times:`, ...phase.phases.map((each) => `  ${line(each)}`)].join('\n  ');
  }
};

export const printPhases = (phases: readonly Phase[], code: Uint8Array): string =>
  [`module: ${code.length} bytes`, ...phases.map((phase) => `  ${line(phase)}`), ''].join('\n');
