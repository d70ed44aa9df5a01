/** Windows over the axes of space, `[batch, …space, channels]`: their sizes, steps and padding, as a person says them. */
import { fail, showShape } from '../error.js';
import { requireCount, showGiven } from '../require.js';
import { range, type Shape } from '../tensor/shape.js';

/** A number for every axis of space, or one for each. */
export type PerAxis = number | Shape;

/**
 * How far the input is continued by zeros: not at all (`valid`), so that a window at each step gives a result
 * (`same`: ⌈size/stride⌉ of them, an odd zero at the end), or by so many before and after each axis.
 */
export type Padding = 'valid' | 'same' | readonly (readonly [before: number, after: number])[];

export interface WindowOptions {
  /** How far a window moves; 1 unless given. */
  readonly stride?: PerAxis | undefined;
  readonly padding?: Padding | undefined;
  /** How far neighbors in a window stand apart; 1 unless given. */
  readonly dilation?: PerAxis | undefined;
}

/** Windows over a tensor whose sizes are known. */
export interface Windows {
  readonly sizes: Shape;
  readonly strides: Shape;
  readonly dilations: Shape;
  readonly before: Shape;
  readonly after: Shape;
  /** How many there are along each axis. */
  readonly counts: Shape;
}

/** One number an axis. Throws if one is not a positive integer, or there are more or less of them. */
export const perAxis = (operation: string, what: string, given: PerAxis, axes: number): Shape => {
  if (!Array.isArray(given)) return range(axes).map(() => requireCount(operation, what, given as number));
  if (given.length !== axes)
    fail({
      operation,
      what: `\`${what}\` must be a positive integer, or one for each of ${axes} axes`,
      got: showShape(given),
    });
  return given.map((each: number, axis) => requireCount(operation, `${what}[${axis}]`, each));
};

/** What a window covers: (size − 1)·dilation + 1. */
export const spanOf = (size: number, dilation = 1): number => (size - 1) * dilation + 1;

/** Throws if a padding is none of those that there are for so many axes. */
export const requirePadding = (operation: string, padding: Padding, axes: number): void => {
  if (padding === 'valid' || padding === 'same') return;
  const isPair = (pair: unknown): boolean =>
    Array.isArray(pair) &&
    pair.length === 2 &&
    pair.every((count) => Number.isSafeInteger(count) && count >= 0);
  if (!Array.isArray(padding) || padding.length !== axes || !padding.every(isPair))
    fail({
      operation,
      what: `\`padding\` must be 'valid', 'same', or [before, after] ≥ 0 for each of ${axes} axes`,
      got: Array.isArray(padding) ? JSON.stringify(padding) : showGiven(padding),
    });
};

/** Throws if windows of these sizes cannot be had with these options, of whatever they go over. */
export const requireWindows = (
  operation: string,
  sizes: Shape,
  { stride = 1, padding = 'valid', dilation = 1 }: WindowOptions,
): void => {
  perAxis(operation, 'stride', stride, sizes.length);
  perAxis(operation, 'dilation', dilation, sizes.length);
  requirePadding(operation, padding, sizes.length);
};

const paddingOf = (
  operation: string,
  padding: Padding,
  along: readonly { readonly size: number; readonly span: number; readonly stride: number }[],
): readonly (readonly [number, number])[] => {
  requirePadding(operation, padding, along.length);
  if (padding === 'valid') return along.map(() => [0, 0]);
  if (padding === 'same')
    return along.map(({ size, span, stride }) => {
      const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + span - size);
      return [Math.floor(total / 2), Math.ceil(total / 2)];
    });
  return padding;
};

/**
 * The windows over axes of space. What does not fill a window at the end of an axis is left out. Throws if a
 * window is larger than an axis with its padding.
 */
export const windowsOver = (
  operation: string,
  space: Shape,
  sizes: Shape,
  { stride = 1, padding = 'valid', dilation = 1 }: WindowOptions,
): Windows => {
  const strides = perAxis(operation, 'stride', stride, space.length);
  const dilations = perAxis(operation, 'dilation', dilation, space.length);
  const spans = sizes.map((size, axis) => spanOf(size, dilations[axis]));
  const along = space.map((size, axis) => ({ size, span: spans[axis] ?? 1, stride: strides[axis] ?? 1 }));
  const padded = paddingOf(operation, padding, along);
  const counts = along.map(({ size, span, stride: step }, axis) => {
    const [before, after] = padded[axis] ?? [0, 0];
    return Math.floor((size + before + after - span) / step) + 1;
  });
  if (counts.some((count) => count < 1) && space.includes(0))
    fail({
      operation,
      what: 'an axis under the window has no elements',
      got: showShape(space),
      needed: 'at least one element along each spatial axis',
    });
  if (counts.some((count) => count < 1))
    fail({
      operation,
      what: 'the window is larger than the padded input',
      got: `${showShape(space)} with padding ${JSON.stringify(padded)}`,
      needed: `at least ${showShape(spans)}`,
      hint: "use a smaller window or dilation, or padding: 'same'",
    });
  const [before, after] = [padded.map(([count]) => count), padded.map(([, count]) => count)];
  return { sizes, strides, dilations, before, after, counts };
};

/** A count an axis of `[batch, …space, channels]`, which is 0 for batch and channels. */
export const inSpace = (counts: Shape): Shape => [0, ...counts, 0];

/** The axes of space of `[batch, …space, channels]`. Throws if there are more or less of them. */
export const spaceOf = (operation: string, shape: Shape, axes: number): Shape => {
  if (shape.length !== axes + 2)
    fail({
      operation,
      what: 'the input has the wrong number of axes',
      got: showShape(shape),
      needed: `[batch, ${range(axes)
        .map(() => 'size')
        .join(', ')}, channels]`,
    });
  return shape.slice(1, -1);
};
