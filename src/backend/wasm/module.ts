/** A WebAssembly module: imported functions and memory, functions of its own, and those that it exports. */
import { fail } from '../../error.js';
import {
  type Code,
  filled,
  flatten,
  list,
  name,
  sized,
  type Template,
  templateOf,
  unsigned,
} from './encoding.js';
import {
  type Callable,
  defineFunction,
  type Expr,
  type FunctionBody,
  typeCodes,
  type ValueType,
} from './emitter.js';
import { f32x4, v128 } from './instructions.js';

interface Signature {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** A function but for some of its numbers. */
export type FunctionTemplate = Template & Signature;

const signatureCode = ({ parameters, results }: Signature): Code => [
  0x60,
  list(parameters.map((type) => [typeCodes[type]])),
  list(results.map((type) => [typeCodes[type]])),
];

/** Runs of equal types are written once with their count. */
const localsCode = (locals: readonly ValueType[]): Code => {
  const runs: { count: number; readonly type: ValueType }[] = [];
  for (const type of locals) {
    const last = runs.at(-1);
    if (last?.type === type) last.count++;
    else runs.push({ count: 1, type });
  }
  return list(runs.map(({ count, type }) => [unsigned(count), typeCodes[type]]));
};

const section = (id: number, items: readonly Code[]): Code =>
  items.length === 0 ? [] : [id, sized(list(items))];

/** What engines take of one function, by the JavaScript interface of WebAssembly. */
const MOST_CODE = 7_654_321;
const MOST_LOCALS = 50_000;

const requireSize = (what: string, got: number, most: number): void => {
  if (got > most)
    fail({
      operation: 'compile',
      what: 'a kernel is too large for WebAssembly',
      got: `${got} ${what}`,
      needed: `at most ${most}`,
      hint: 'please report this program; until then split the computation with evaluate or force',
    });
};

export interface ModuleBuilder {
  /** The function imported under this name; imports come before all other functions. */
  readonly imported: (name: string) => Callable;
  /** Adds a function; one of the same code is not added again. */
  readonly add: (body: FunctionBody) => Callable;
  /** What functions have in common that differ in numbers alone: those of `slotNumber`, which `fill` writes. */
  readonly template: (body: FunctionBody) => FunctionTemplate;
  /** Adds the function of a template with these numbers. */
  readonly fill: (template: FunctionTemplate, values: readonly number[]) => Callable;
  /** The function known under this key, made when it is first asked for. */
  readonly shared: (key: string, make: () => FunctionBody) => Callable;
  /** The bytes of the module, which exports these of its functions. */
  readonly finish: (exports: Readonly<Record<string, Callable>>) => Uint8Array<ArrayBuffer>;
}

/** A module that imports its memory, shared between threads or not, and these functions of one float64, from `host`. */
export const moduleBuilder = (hostFunctions: readonly string[], shared: boolean): ModuleBuilder => {
  const hostSignature: Signature = { parameters: ['f64'], results: ['f64'] };
  const bodies: { readonly signature: Signature; readonly code: Uint8Array }[] = [];
  const latin = new TextDecoder('latin1');
  const byCode = new Map<string, Callable>();
  const byKey = new Map<string, Callable>();
  const template = ({ parameters, results, locals, code }: FunctionBody): FunctionTemplate => {
    const made = templateOf([localsCode(locals), code, 0x0b]);
    requireSize('bytes of code', made.bytes.length, MOST_CODE);
    requireSize('variables', parameters.length + locals.length, MOST_LOCALS);
    return { ...made, parameters, results };
  };
  const fill = (made: FunctionTemplate, values: readonly number[]): Callable => {
    const code = filled(made, values);
    const key = `${made.parameters.join()} ${latin.decode(code)}`;
    const known = byCode.get(key);
    if (known !== undefined) return known;
    const callable = { index: hostFunctions.length + bodies.push({ signature: made, code }) - 1 };
    byCode.set(key, callable);
    return callable;
  };
  const add = (body: FunctionBody): Callable => fill(template(body), []);
  return {
    imported: (wanted) => ({ index: hostFunctions.indexOf(wanted) }),
    add,
    template,
    fill,
    shared: (key, make) => {
      const known = byKey.get(key) ?? add(make());
      byKey.set(key, known);
      return known;
    },
    finish: (exports) => {
      const signatures = [hostSignature, ...bodies.map(({ signature }) => signature)].map(signatureCode);
      // 64 Ki pages are the most that 32 bits address; the memory handed in is as large as the plan.
      const memory: Code = [
        name('host'),
        name('memory'),
        0x02,
        shared ? [0x03, 0, unsigned(65536)] : [0x00, 0],
      ];
      const imports = [memory, ...hostFunctions.map((each): Code => [name('host'), name(each), 0x00, 0])];
      return flatten([
        [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
        section(1, signatures),
        section(2, imports),
        section(
          3,
          bodies.map((_, i): Code => [unsigned(i + 1)]),
        ),
        section(
          7,
          Object.entries(exports).map(([as, { index }]): Code => [name(as), 0x00, unsigned(index)]),
        ),
        section(
          10,
          bodies.map(({ code }) => [unsigned(code.length), code]),
        ),
      ]);
    },
  };
};

/** What the engine can do, found out by asking it to validate a module of a few bytes. */
const validates = (instruction: Expr<'v128'>): boolean => {
  const module = moduleBuilder([], false);
  const probe = defineFunction([], () => instruction);
  return WebAssembly.validate(module.finish({ probe: module.add(probe) }));
};

/** Whether there is WebAssembly with vectors of 128 bits. */
export const hasSimd = (): boolean => typeof WebAssembly === 'object' && validates(v128.zero);

/** Whether the engine knows f32x4.relaxed_madd. */
export const hasRelaxedSimd = (): boolean =>
  hasSimd() && validates(f32x4.relaxedMadd(v128.zero, v128.zero, v128.zero));
