/** From the expressions of a kernel to instructions, each distinct one computed once and as early as it can be. */
import { required } from '../../require.js';
import type { Affine } from '../../kernel/index-map.js';
import type { ValueId } from '../../graph/program.js';
import { type Expression, expressionsBelow, partsOf } from '../../kernel/kernel.js';
import { bytesOf } from '../../tensor/dtype.js';
import { displaced, type Cursors } from './cursors.js';
import type { Expr, Scope, ValueType } from './emitter.js';
import { type Address, i32 } from './instructions.js';
import type { Lanes } from './lanes.js';

/** What has been computed at this point of the loops. */
export type Known<T extends ValueType> = Map<Expression, Expr<T>>;

export interface Evaluation<T extends ValueType> {
  readonly lanes: Lanes<T>;
  readonly cursors: Cursors;
  readonly placeOf: (value: ValueId) => number;
  readonly vectorAxis: number | undefined;
  /** The address of the product's element, in an epilogue. */
  readonly tile: Address | undefined;
  /** The results of the kernel's reductions, once they are there. */
  readonly reduced: readonly Expr<T>[];
  /** How many elements further along the vector axis than the cursors stand. */
  readonly shift: number;
  /** The axes that an expression changes along, as bits. */
  readonly dependsOn: (expression: Expression) => number;
}

/** What an expression changes along: a bit an axis, and one for what is there only at the innermost. */
const INNERMOST = 2 ** 30;

/** What each of these changes along; they stand parts first. */
export const dependence = (
  axes: readonly number[],
  expressions: readonly Expression[],
): ((expression: Expression) => number) => {
  const found = new Map<Expression, number>();
  const dependsOn = (expression: Expression): number => {
    const bits = found.get(expression);
    if (bits === undefined) throw new RangeError(`wasm: a ${expression.kind} of another kernel`);
    return bits;
  };
  const alongAxes = (strides: readonly number[]): number =>
    strides.reduce((bits, stride, axis) => (stride !== 0 && axes[axis] !== 1 ? bits | (1 << axis) : bits), 0);
  for (const expression of expressions) {
    const own = 'at' in expression ? alongAxes(expression.at.strides) : 0;
    const innermost = expression.kind === 'tile' || expression.kind === 'reduced' ? INNERMOST : 0;
    found.set(
      expression,
      partsOf(expression).reduce((sum, part) => sum | dependsOn(part), own | innermost),
    );
  }
  return dependsOn;
};

/** Computes an expression for `count` lanes. */
export const evaluate = <T extends ValueType>(
  evaluation: Evaluation<T>,
  scope: Scope,
  known: Known<T>,
  expression: Expression,
  count: number,
): Expr<T> => {
  const valueOf = (part: Expression): Expr<T> => {
    const value = known.get(part);
    if (value === undefined) throw new RangeError(`wasm: a ${part.kind} is used before it is computed`);
    return value;
  };
  for (const each of expressionsBelow([expression], known))
    known.set(each, compute(evaluation, scope, each, count, valueOf));
  return valueOf(expression);
};

const compute = <T extends ValueType>(
  { lanes, cursors, placeOf, vectorAxis, tile, reduced, shift, dependsOn }: Evaluation<T>,
  scope: Scope,
  expression: Expression,
  count: number,
  part: (expression: Expression) => Expr<T>,
): Expr<T> => {
  const { dtype } = expression;
  const stepOf = (strides: readonly number[]): number =>
    vectorAxis === undefined ? 0 : required(strides[vectorAxis], 'a stride');
  const bytes = bytesOf[dtype];
  const indices = (at: Affine): Expr<T> => {
    const step = stepOf(at.strides);
    const start = cursors.value(at);
    return lanes.index(shift === 0 ? start : i32.add(start, i32.const(shift * step)), step);
  };
  switch (expression.kind) {
    case 'literal':
      return lanes.literal(dtype, expression.value);
    case 'load': {
      const step = stepOf(expression.at.strides) * bytes;
      const address = cursors.address(expression.at, bytes, placeOf(expression.value));
      return lanes.load(scope, dtype, displaced(address, shift * step), step, count);
    }
    case 'index':
      return scope.hold(indices(expression.at));
    case 'apply': {
      const from = required(expression.inputs.at(-1), 'an operand').dtype;
      const inputs = expression.inputs.map(part);
      return scope.hold(lanes.apply(scope, expression.name, from, dtype, inputs));
    }
    case 'gather': {
      const step = stepOf(expression.at.strides) * bytes;
      const address = cursors.address(expression.at, bytes, placeOf(expression.value));
      return lanes.gather(scope, {
        dtype,
        address: displaced(address, shift * step),
        step,
        stride: expression.stride * bytes,
        index: part(expression.index),
        uniform: vectorAxis === undefined || (dependsOn(expression.index) & (1 << vectorAxis)) === 0,
        size: expression.size,
        count,
      });
    }
    case 'random': {
      const words = scope.hold(indices(expression.at));
      return scope.hold(lanes.random(scope, [part(expression.key[0]), part(expression.key[1])], words));
    }
    case 'reduced': {
      const result = reduced[expression.reduction];
      if (result === undefined) throw new RangeError(`wasm: no reduction ${expression.reduction}`);
      return result;
    }
    case 'tile':
      if (tile === undefined) throw new RangeError('wasm: an element of a product outside of one');
      return lanes.load(scope, dtype, displaced(tile, shift * bytes), bytes, count);
  }
};

/**
 * Computes beforehand, for `count` lanes, whatever of these expressions does not change along the axes of `inner`; they
 * stand parts first.
 */
export const hoist = <T extends ValueType>(
  evaluation: Evaluation<T>,
  scope: Scope,
  known: Known<T>,
  expressions: readonly Expression[],
  inner: number,
  count: number,
): void => {
  for (const each of expressions)
    if (
      each.kind !== 'literal' &&
      !known.has(each) &&
      (evaluation.dependsOn(each) & (inner | INNERMOST)) === 0
    )
      evaluate(evaluation, scope, known, each, count);
};
