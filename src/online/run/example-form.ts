/** The form of a run's examples: what every one must be like, which is part of the run's state. */
import type { DType } from '../../tensor/dtype.js';
import type { Example, ExampleDTypes, ExampleForm, PartForm } from './example.js';

/** Where an example does not fit, for a person. */
export interface Misfit {
  readonly path: string;
  readonly got: string;
  readonly needed: string;
}

type Part = Readonly<Record<string, unknown>>;

const isRecord = (part: unknown): part is Part =>
  typeof part === 'object' && part !== null && !Array.isArray(part);

/** The form of a part of an example, `undefined` where it is of no numbers. */
const partForm = (part: unknown): PartForm | undefined => {
  if (typeof part === 'number') return 'number';
  if (Array.isArray(part)) return part.length;
  if (!isRecord(part)) return undefined;
  const forms: [string, PartForm][] = [];
  for (const [name, each] of Object.entries(part)) {
    const form = partForm(each);
    if (form === undefined) return undefined;
    forms.push([name, form]);
  }
  return Object.fromEntries(forms);
};

/** The form of an example; `undefined` where it has something else than numbers, lists of them and records of these. */
export const formOf = ({ input, target }: Example): ExampleForm | undefined => {
  const [first, second] = [partForm(input), partForm(target)];
  return first === undefined || second === undefined ? undefined : { input: first, target: second };
};

const shown = (part: unknown): string => {
  if (Array.isArray(part)) return `a list of ${part.length}`;
  if (isRecord(part)) return `a record of ${Object.keys(part).join(', ') || 'nothing'}`;
  return typeof part === 'string' ? JSON.stringify(part.slice(0, 40)) : String(part);
};

const needed = (form: PartForm): string => {
  if (form === 'number') return 'a number';
  return typeof form === 'number'
    ? `a list of ${form}`
    : `a record of ${Object.keys(form).join(', ') || 'nothing'}`;
};

type Range = readonly [least: number, most: number] | undefined;

/** Numbers of these dtypes that are not one of them become another number, or wrap around. */
const ranges: { readonly [D in DType]: Range } = {
  float32: undefined,
  float64: undefined,
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  bool: [0, 1],
};

const isOf = (range: Range, x: unknown): boolean =>
  typeof x === 'number' && (range === undefined || (Number.isInteger(x) && x >= range[0] && x <= range[1]));

/** What was needed in place of a number: only made where something is wrong, as this is asked of every record. */
const neededOf = (dtype: DType): string =>
  ranges[dtype] === undefined ? 'a number' : `a number of ${dtype}`;

const misfitOf = (form: PartForm, part: unknown, dtype: DType, path: string): Misfit | undefined => {
  const range = ranges[dtype];
  if (form === 'number')
    return isOf(range, part) ? undefined : { path, got: shown(part), needed: neededOf(dtype) };
  if (typeof form === 'number') {
    if (!Array.isArray(part) || part.length !== form) return { path, got: shown(part), needed: needed(form) };
    for (let i = 0; i < form; i++)
      if (!isOf(range, part[i]))
        return { path: `${path}.${i}`, got: shown(part[i]), needed: neededOf(dtype) };
    return undefined;
  }
  const names = Object.keys(form);
  if (!isRecord(part) || Object.keys(part).length !== names.length)
    return { path, got: shown(part), needed: needed(form) };
  for (const name of names) {
    const inner = form[name];
    if (inner === undefined || !Object.hasOwn(part, name))
      return { path, got: shown(part), needed: needed(form) };
    const misfit = misfitOf(inner, part[name], dtype, `${path}.${name}`);
    if (misfit !== undefined) return misfit;
  }
  return undefined;
};

/** The first part of an example that is not of the form, or whose numbers are not of their dtype. */
export const misfit = (
  form: ExampleForm,
  example: Example,
  { input = 'float32', target = 'float32' }: ExampleDTypes,
): Misfit | undefined =>
  misfitOf(form.input, example.input, input, 'input') ??
  misfitOf(form.target, example.target, target, 'target');

/** An example as an error shows it. */
export const showMisfit = ({ path, got, needed: expected }: Misfit): string =>
  `${path}: got ${got}, needed ${expected}`;
