/** Loops that count. */
import {
  type Expr,
  i32 as constant,
  type Local,
  loopWhile,
  repeatWhile,
  type Scope,
  set,
  type Statement,
} from './emitter.js';
import { i32 } from './instructions.js';

const countingDown = (
  scope: Scope,
  times: Expr<'i32'>,
  body: (inside: Scope) => void,
  looped: (body: Statement, left: Expr<'i32'>) => Statement,
): void => {
  const left = scope.hold(times);
  const inside = scope.inner((loop) => {
    body(loop);
    loop.run(set(left, i32.sub(left, constant(1))));
  });
  scope.run(looped(inside, left));
};

/** Does something a fixed number of times. */
export const repeat = (scope: Scope, times: number, body: (inside: Scope) => void): void => {
  if (times === 1) body(scope);
  if (times > 1) countingDown(scope, constant(times), body, loopWhile);
};

/** Does something as often as a number says when it is run. */
export const repeatTimes = (scope: Scope, times: Expr<'i32'>, body: (inside: Scope) => void): void => {
  countingDown(scope, times, body, repeatWhile);
};

/** Calls `body` for `from`, `from` + `by`, … below a number. */
export const count = (
  scope: Scope,
  [from, below, by]: readonly [Expr<'i32'>, Expr<'i32'>, number],
  body: (inside: Scope, index: Local<'i32'>) => void,
): void => {
  const index = scope.hold(from);
  const limit = scope.hold(below);
  const inside = scope.inner((loop) => {
    body(loop, index);
    loop.run(set(index, i32.add(index, constant(by))));
  });
  scope.run(repeatWhile(inside, i32.ltU(index, limit)));
};
