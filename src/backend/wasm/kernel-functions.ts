/**
 * Kernels that are alike but for where their values stand: the layers of a deep network, the leaves of an optimizer,
 * the steps of an unrolled loop. Their functions are written once, and copied with other addresses.
 */
import {
  type Expression,
  expressionsBelow,
  type Factor,
  type LoopKernel,
  type ProductKernel,
  rootsOf,
} from '../../kernel/kernel.js';
import type { Affine } from '../../kernel/index-map.js';
import type { ValueId } from '../../graph/program.js';
import type { Callable } from './emitter.js';
import { slotNumber } from './encoding.js';
import { loopFunction, type Layout, type RangeFunction } from './loop-code.js';
import type { FunctionTemplate, ModuleBuilder } from './module.js';
import { productFunctions, type ProductSetting } from './product-code.js';

/** A function of a range that is in the module. */
export type AddedFunction = Omit<RangeFunction, 'body'> & { readonly callable: Callable };

type RangeTemplate = Omit<RangeFunction, 'body'> & { readonly template: FunctionTemplate };

/** The distinct places of a kernel's values, numbered as they are met. */
interface Slots {
  readonly of: (value: ValueId) => number;
  readonly places: readonly number[];
}

const slotsOver = (placeOf: Layout['placeOf']): Slots => {
  const places: number[] = [];
  const slots = new Map<number, number>();
  return {
    places,
    of: (value) => {
      const place = placeOf(value);
      const slot = slots.get(place) ?? places.push(place) - 1;
      slots.set(place, slot);
      return slot;
    },
  };
};

const affineText = ({ offset, strides }: Affine): string => `${offset}+${strides.join()}`;

const factorText = ({ value, offset, batch, line, inner }: Factor, slots: Slots): string =>
  `${slots.of(value)}+${offset} ${JSON.stringify([batch, line, inner])}`;

/** A loop kernel in one string, in which places stand by their slots. */
const loopText = (kernel: LoopKernel, slots: Slots): string => {
  const expressions = expressionsBelow(rootsOf(kernel));
  const numbers = new Map(expressions.map((each, i) => [each, i]));
  const number = (of: Expression): string => String(numbers.get(of));
  const text = (each: Expression): string => {
    switch (each.kind) {
      case 'literal':
        return `${each.dtype} ${Object.is(each.value, -0) ? '-0' : each.value}`;
      case 'load':
        return `load ${each.dtype} ${slots.of(each.value)} ${affineText(each.at)}`;
      case 'index':
        return `index ${affineText(each.at)}`;
      case 'apply':
        return `${each.name} ${each.dtype} ${each.inputs.map(number).join()}`;
      case 'gather': {
        const { dtype, value, at, index, stride, size } = each;
        return `gather ${dtype} ${slots.of(value)} ${affineText(at)} ${number(index)} ${stride} ${size}`;
      }
      case 'random':
        return `random ${each.key.map(number).join()} ${affineText(each.at)}`;
      case 'reduced':
        return `reduced ${each.dtype} ${each.reduction}`;
      case 'tile':
        return 'tile';
    }
  };
  const modeText = (mode: LoopKernel['stores'][number]['mode']): string =>
    typeof mode === 'string' ? mode : `${number(mode.scatter)} ${mode.stride} ${mode.size}`;
  return [
    `${kernel.axes.join()} ${kernel.domain} ${kernel.ordered}`,
    ...expressions.map(text),
    ...kernel.reductions.map(({ combine, dtype, body }) => `${combine} ${dtype} ${number(body)}`),
    ...kernel.stores.map(
      ({ value, dtype, at, expression, mode }) =>
        `store ${dtype} ${slots.of(value)} ${affineText(at)} ${number(expression)} ${modeText(mode)}`,
    ),
  ].join('\n');
};

const productText = (product: ProductKernel, slots: Slots): string => {
  const { batch, rows, columns, inner, left, right, epilogue } = product;
  const factors = [left, right].map((factor) => factorText(factor, slots));
  return [batch, rows, columns, inner, ...factors, loopText(epilogue, slots)].join('\n');
};

/** The functions of a product, and the bytes from row to row of what its epilogue is called for, if it is called. */
interface ProductTemplates {
  readonly packing: RangeTemplate | undefined;
  readonly multiplying: RangeTemplate;
  readonly tilePitch: number | undefined;
}

export interface KernelFunctions {
  readonly loop: (kernel: LoopKernel, layout: Layout) => AddedFunction;
  /** The functions of a product whose scratch is at this place. */
  readonly product: (
    product: ProductKernel,
    layout: Layout,
    scratch: number,
  ) => { readonly packing: AddedFunction | undefined; readonly multiplying: AddedFunction };
}

/** The functions of kernels in one module: of those that are alike the first is written, the others are copies of it. */
export const kernelFunctions = (
  module: ModuleBuilder,
  setting: Pick<ProductSetting, 'tableOf' | 'workers' | 'tile'>,
): KernelFunctions => {
  const loops = new Map<string, RangeTemplate>();
  const products = new Map<string, ProductTemplates>();
  const templateOf = ({ body, extent, grain }: RangeFunction): RangeTemplate => ({
    template: module.template(body),
    extent,
    grain,
  });
  const added = ({ template, extent, grain }: RangeTemplate, values: readonly number[]): AddedFunction => ({
    callable: module.fill(template, values),
    extent,
    grain,
  });
  const inSlots =
    (slots: Slots): Layout['placeOf'] =>
    (value) =>
      slotNumber(slots.of(value));

  const loop: KernelFunctions['loop'] = (kernel, { placeOf, tilePitch }) => {
    const slots = slotsOver(placeOf);
    const key = `${tilePitch ?? ''}\n${loopText(kernel, slots)}`;
    const layout = { placeOf: inSlots(slots), ...(tilePitch !== undefined && { tilePitch }) };
    const made = loops.get(key) ?? templateOf(loopFunction(kernel, layout, module));
    loops.set(key, made);
    return added(made, slots.places);
  };

  const write = (product: ProductKernel, slots: Slots): ProductTemplates => {
    const [scratch, epilogue] = [slotNumber(slots.places.length), slotNumber(slots.places.length + 1)];
    let tilePitch: number | undefined;
    const finish = (pitch: number): Callable => {
      tilePitch = pitch;
      return { index: epilogue };
    };
    const layout = { placeOf: inSlots(slots) };
    const { packing, multiplying } = productFunctions(product, {
      ...setting,
      module,
      layout,
      scratch,
      finish,
    });
    return { packing: packing && templateOf(packing), multiplying: templateOf(multiplying), tilePitch };
  };

  const product: KernelFunctions['product'] = (kernel, { placeOf }, scratch) => {
    const slots = slotsOver(placeOf);
    const key = productText(kernel, slots);
    const made = products.get(key) ?? write(kernel, slots);
    products.set(key, made);
    const { packing, multiplying, tilePitch } = made;
    const epilogue =
      tilePitch === undefined ? [] : [loop(kernel.epilogue, { placeOf, tilePitch }).callable.index];
    const values = [...slots.places, scratch, ...epilogue];
    return { packing: packing && added(packing, values), multiplying: added(multiplying, values) };
  };
  return { loop, product };
};
