/**
 * Typed building of function bodies. An expression carries its WebAssembly type in its TypeScript type, so
 * that an ill-typed instruction does not compile.
 */
import { type Code, signed, unsigned } from './encoding.js';

export type ValueType = 'i32' | 'f32' | 'f64' | 'v128';

/** The types that are not vectors. */
export type ScalarType = Exclude<ValueType, 'v128'>;

export const typeCodes: { readonly [T in ValueType]: number } = {
  i32: 0x7f,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

/** Code that leaves one value of its type on the stack. */
export interface Expr<T extends ValueType> {
  readonly type: T;
  readonly code: Code;
}

/** Code that leaves the stack as it was. */
export interface Statement {
  readonly statement: Code;
}

/** A local variable, which is also the expression of its value. */
export interface Local<T extends ValueType> extends Expr<T> {
  readonly index: number;
}

export const expr = <T extends ValueType>(type: T, code: Code): Expr<T> => ({ type, code });
export const statement = (code: Code): Statement => ({ statement: code });

export const set = <T extends ValueType>(local: Local<T>, value: Expr<T>): Statement =>
  statement([value.code, 0x21, unsigned(local.index)]);

export const i32 = (value: number): Expr<'i32'> => expr('i32', [0x41, signed(value)]);

const localOf = <T extends ValueType>(type: T, index: number): Local<T> => ({
  type,
  code: [0x20, unsigned(index)],
  index,
});

/** A place that statements are written to, one after another, within one function. */
export interface Scope {
  /** A new variable; it holds 0 until it is set. */
  readonly local: <T extends ValueType>(type: T) => Local<T>;
  /** A new variable with this value. */
  readonly hold: <T extends ValueType>(value: Expr<T>) => Local<T>;
  readonly run: (...statements: readonly Statement[]) => void;
  /** The statements that are written to a scope of their own, to be put into a loop or a branch. */
  readonly inner: (body: (scope: Scope) => void) => Statement;
}

const scopeOver = (declare: <T extends ValueType>(type: T) => Local<T>, written: Code[]): Scope => ({
  local: declare,
  hold: (value) => {
    const local = declare(value.type);
    written.push(set(local, value).statement);
    return local;
  },
  run: (...statements) => {
    for (const { statement: code } of statements) written.push(code);
  },
  inner: (body) => {
    const inside: Code[] = [];
    body(scopeOver(declare, inside));
    return statement(inside);
  },
});

/** A function of a module, without the number that it will have there. */
export interface FunctionBody {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
  readonly locals: readonly ValueType[];
  readonly code: Code;
}

type Locals<T extends readonly ValueType[]> = { readonly [I in keyof T]: Local<T[I]> };

/** Writes a function of these parameters; what `body` returns is its result. */
export const defineFunction = <const P extends readonly ValueType[], R extends ValueType = never>(
  parameters: P,
  body: (scope: Scope, ...arguments_: Locals<P>) => Expr<R> | undefined,
): FunctionBody => {
  const locals: ValueType[] = [];
  const declare = <T extends ValueType>(type: T): Local<T> =>
    localOf(type, parameters.length + locals.push(type) - 1);
  const written: Code[] = [];
  const given = parameters.map((type, index) => localOf(type, index));
  // The map of a tuple is a tuple of the same length.
  const result = body(scopeOver(declare, written), ...(given as readonly Local<ValueType>[] as Locals<P>));
  const code = result === undefined ? written : [...written, result.code];
  return { parameters, results: result === undefined ? [] : [result.type], locals, code };
};

const VOID = 0x40;
const END = 0x0b;

/** Does `body` as long as the condition holds after it; at least once. */
export const loopWhile = (body: Statement, condition: Expr<'i32'>): Statement =>
  statement([0x03, VOID, body.statement, condition.code, 0x0d, 0x00, END]);

export const when = (condition: Expr<'i32'>, then: Statement): Statement =>
  statement([condition.code, 0x04, VOID, then.statement, END]);

/** Does `body` as long as the condition holds before it. */
export const repeatWhile = (body: Statement, condition: Expr<'i32'>): Statement =>
  when(condition, loopWhile(body, condition));

/** One of two values; both are computed. */
export const choose = <T extends ScalarType>(condition: Expr<'i32'>, yes: Expr<T>, no: Expr<T>): Expr<T> =>
  expr(yes.type, [yes.code, no.code, condition.code, 0x1b]);

/** One of two values, of which only that one is computed. */
export const branch = <T extends ValueType>(condition: Expr<'i32'>, yes: Expr<T>, no: Expr<T>): Expr<T> =>
  expr(yes.type, [condition.code, 0x04, typeCodes[yes.type], yes.code, 0x05, no.code, END]);

/** A function that can be called, by its number in the module. */
export interface Callable {
  readonly index: number;
}

export const call = ({ index }: Callable, ...arguments_: readonly Expr<ValueType>[]): Statement =>
  statement([arguments_.map(({ code }) => code), 0x10, unsigned(index)]);

export const callFor = <T extends ValueType>(
  { index }: Callable,
  type: T,
  ...arguments_: readonly Expr<ValueType>[]
): Expr<T> => expr(type, [arguments_.map(({ code }) => code), 0x10, unsigned(index)]);
