/** Phases: what is done one after another in a step, by one thread, by all, or by a library. */
import type { Sgemm } from './blas/library.js';

/** The position of the kernel that a phase is of, where it is of one alone. */
interface OfKernel {
  readonly kernel?: number;
}

/** A range of an exported function, shared out in pieces. */
export interface SharedPhase extends OfKernel {
  readonly kind: 'shared';
  readonly name: string;
  readonly extent: number;
  readonly piece: number;
}

/** One after another: an exported function for the main thread alone, a shared range, or products for a library. */
export type Phase =
  | ({ readonly kind: 'alone'; readonly name: string } & OfKernel)
  | SharedPhase
  | ({ readonly kind: 'products'; readonly products: readonly Sgemm[] } & OfKernel)
  /** These, so many times over. */
  | ({ readonly kind: 'repeat'; readonly times: number; readonly phases: readonly Phase[] } & OfKernel);

/** All phases, those that are repeated once. */
export const flatPhases = (
  phases: readonly Phase[],
): readonly Exclude<Phase, { readonly kind: 'repeat' }>[] =>
  phases.flatMap((phase) => (phase.kind === 'repeat' ? flatPhases(phase.phases) : [phase]));

/** Nanoseconds below which calling others costs more than they save. */
const WORTH_SHARING = 20_000;

/** Pieces are not smaller than this part of what is worth sharing, so that taking one costs nothing beside it. */
const SMALLEST_PIECE = 0.2;

/** Pieces for each thread: whoever is held up takes fewer of them. */
const PIECES = 4;

export interface Sharing {
  readonly threads: number;
  /** Nanoseconds from which on a range is shared out; tests share out everything. */
  readonly worthSharing?: number;
}

interface Range {
  readonly extent: number;
  readonly grain: number;
  readonly nanoseconds: number;
}

/** The size of the pieces that a range is shared out in, or nothing if one thread had better do it alone. */
export const pieceOf = (
  { extent, grain, nanoseconds }: Range,
  { threads, worthSharing = WORTH_SHARING }: Sharing,
): number | undefined => {
  if (threads === 1 || nanoseconds < worthSharing) return undefined;
  const pieces = Math.min(threads * PIECES, Math.floor(nanoseconds / (worthSharing * SMALLEST_PIECE)));
  const piece = Math.ceil(extent / pieces / grain) * grain;
  // The place of the next piece is an int32, and each thread looks once beyond the end.
  const countable = extent + piece * (threads + 1) < 2 ** 31;
  return piece < extent && countable ? piece : undefined;
};

/** A phase as `print()` shows it. */
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

/** What a step does one after another, in a form that a person can read. */
export const printPhases = (phases: readonly Phase[], code: Uint8Array): string =>
  [`module: ${code.length} bytes`, ...phases.map((phase) => `  ${line(phase)}`), ''].join('\n');
