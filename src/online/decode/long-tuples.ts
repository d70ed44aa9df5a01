/** Detects tuples that are longer than their codec, which io-ts truncates silently. */
import { either as E } from 'fp-ts';
import type { Any, Decoder } from 'io-ts';

/** The place of a tuple that is too long, and the codec that it should match; callers extend the place. */
export interface LongTuple {
  readonly place: readonly (string | number)[];
  readonly length: number;
  readonly needed: string;
}

type Find = (value: unknown, place: readonly (string | number)[]) => LongTuple | undefined;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** The visible parts of a codec of io-ts. */
interface Inside {
  readonly _tag?: unknown;
  readonly types?: readonly Any[];
  readonly type?: Any;
  readonly props?: Readonly<Record<string, Any>>;
  readonly codomain?: Any;
  readonly name: string;
}

const first = <T>(values: Iterable<T>, find: (value: T) => LongTuple | undefined): LongTuple | undefined => {
  for (const value of values) {
    const found = find(value);
    if (found !== undefined) return found;
  }
  return undefined;
};

const inTuple = ({ types = [], name }: Inside): Find => {
  const parts = types.map((each) => finder(each));
  return (value, place) => {
    if (!Array.isArray(value)) return undefined;
    if (value.length > types.length) return { place, length: value.length, needed: name };
    return first(parts.entries(), ([i, find]) => find?.(value[i], [...place, i]));
  };
};

const inProps = ({ props = {} }: Inside): Find | undefined => {
  const parts = Object.entries(props).flatMap(([name, each]) => {
    const find = finder(each);
    return find === undefined ? [] : [[name, find] as const];
  });
  if (parts.length === 0) return undefined;
  return (value, place) =>
    isObject(value) ? first(parts, ([name, find]) => find(value[name], [...place, name])) : undefined;
};

/** In a union the first branch that decodes is searched. */
const inUnion = ({ types = [] }: Inside): Find | undefined => {
  const branches = types.map((each) => ({ codec: each, find: finder(each) }));
  if (branches.every(({ find }) => find === undefined)) return undefined;
  return (value, place) => branches.find(({ codec }) => E.isRight(codec.decode(value)))?.find?.(value, place);
};

const inAll = ({ types = [] }: Inside): Find | undefined => {
  const parts = types.flatMap((each) => finder(each) ?? []);
  return parts.length === 0 ? undefined : (value, place) => first(parts, (find) => find(value, place));
};

const inEach = (inside: Any | undefined): Find | undefined => {
  const find = inside === undefined ? undefined : finder(inside);
  if (find === undefined) return undefined;
  return (value, place) => {
    if (Array.isArray(value)) return first(value.entries(), ([i, each]) => find(each, [...place, i]));
    return isObject(value)
      ? first(Object.entries(value), ([name, each]) => find(each, [...place, name]))
      : undefined;
  };
};

/** A recursive codec is only searched as deep as the value. */
const inItself = (codec: Inside): Find => {
  let find: Find | 'not looked for' | undefined = 'not looked for';
  return (value, place) => {
    if (find === 'not looked for') find = codec.type === undefined ? undefined : finder(codec.type);
    return find?.(value, place);
  };
};

const finder = (codec: Inside): Find | undefined => {
  switch (codec._tag) {
    case 'TupleType':
      return inTuple(codec);
    case 'InterfaceType':
    case 'PartialType':
      return inProps(codec);
    case 'UnionType':
      return inUnion(codec);
    case 'IntersectionType':
      return inAll(codec);
    case 'ArrayType':
    case 'ReadonlyArrayType':
      return inEach(codec.type);
    case 'DictionaryType':
      return inEach(codec.codomain);
    case 'ExactType':
    case 'ReadonlyType':
    case 'RefinementType':
      return codec.type === undefined ? undefined : finder(codec.type);
    case 'RecursiveType':
      return inItself(codec);
    default:
      return undefined;
  }
};

/**
 * Makes a function that finds the first tuple of a value that is longer than its codec; `undefined` for a codec without
 * tuples.
 */
export const longTuples = (codec: Decoder<unknown, unknown>): Find | undefined => finder(codec);
