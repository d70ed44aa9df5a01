/** Kernels and memory plans in a form that a person can read: a kernel a paragraph. */
import { showShape } from '../error.js';
import type { Affine } from './index-map.js';
import {
  type Expression,
  expressionsBelow,
  type Factor,
  type Kernel,
  type LoopKernel,
  partsOf,
  rootsOf,
} from './kernel.js';
import { byteLength } from './liveness.js';
import type { Plan } from './plan.js';
import { instructionAt, type Program } from '../graph/program.js';
import type { KernelProgram } from './fuse.js';

const LETTERS = 'ijklmnopqrstuvw';

const letter = (axis: number): string => LETTERS[axis] ?? `a${axis}`;

/** `784i + j` */
const showAffine = ({ offset, strides }: Affine): string => {
  const terms = strides.flatMap((stride, axis) =>
    stride === 0 ? [] : [stride === 1 ? letter(axis) : `${stride}${letter(axis)}`],
  );
  if (offset !== 0 || terms.length === 0) terms.push(String(offset));
  return terms.join(' + ');
};

const showExpression = (expression: Expression, nameOf: (part: Expression) => string): string => {
  switch (expression.kind) {
    case 'literal':
      return String(expression.value);
    case 'load':
      return `%${expression.value}[${showAffine(expression.at)}]`;
    case 'index':
      return `(${showAffine(expression.at)})`;
    case 'apply': {
      const { name, dtype, inputs } = expression;
      return [name === 'cast' ? dtype : name, ...inputs.map(nameOf)].join(' ');
    }
    case 'gather': {
      const { value, at, index, stride, size } = expression;
      return `%${value}[${showAffine(at)} + ${stride}·${nameOf(index)}] where ${nameOf(index)} < ${size}`;
    }
    case 'random':
      return `random ${expression.key.map(nameOf).join(' ')} [${showAffine(expression.at)}]`;
    case 'reduced':
      return `reduction ${expression.reduction}`;
    case 'tile':
      return 'product';
  }
};

/** The lines of a kernel's body: what is used more than once, or is a computation, has a name. */
const showBody = (kernel: LoopKernel): readonly string[] => {
  const names = new Map<Expression, string>();
  const nameOf = (expression: Expression): string =>
    names.get(expression) ?? showExpression(expression, nameOf);
  const lines = expressionsBelow(rootsOf(kernel)).flatMap((expression) => {
    if (partsOf(expression).length === 0) return [];
    const line = showExpression(expression, nameOf);
    const name = `t${names.size}`;
    names.set(expression, name);
    return [`  ${name} = ${line}`];
  });
  const reductions = kernel.reductions.map(
    ({ combine, body }, i) => `  reduction ${i} = ${combine} ${nameOf(body)}`,
  );
  const stores = kernel.stores.map(({ value, at, expression, mode }) => {
    const elsewhere = typeof mode === 'object' ? ` + ${mode.stride}·${nameOf(mode.scatter)}` : '';
    return `  %${value}[${showAffine(at)}${elsewhere}] ${mode === 'set' ? '=' : '+='} ${nameOf(expression)}`;
  });
  return [...lines, ...reductions, ...stores];
};

const showLoops = ({ axes, domain, ordered }: LoopKernel): string => {
  const reduced = axes.length > domain ? ` over ${showShape(axes.slice(domain))}` : '';
  return `${showShape(axes.slice(0, domain))}${reduced}${ordered > 0 ? `, the last ${ordered} in order` : ''}`;
};

/** The layers that asked for what a kernel makes. */
const pathsOf = (program: Program, kernel: LoopKernel): string => {
  const paths = new Set(
    kernel.stores.map(({ value }) => instructionAt(program, value).path).filter((path) => path !== ''),
  );
  return paths.size === 0 ? '' : `  # ${[...paths].join(', ')}`;
};

const showFactor = ({ value, line, inner }: Factor): string =>
  `%${value} (line ${showShape(line.strides)}, inner ${showShape(inner.strides)})`;

const showKernel = (program: Program, kernel: Kernel, position: number): string => {
  if (kernel.kind === 'scan') {
    const over = kernel.inputs.map(({ value, offset }) =>
      offset === 0 ? `%${value}` : `%${value}[${offset}…]`,
    );
    return `${position}: scan of ${kernel.loop.length} steps over ${over.join(', ')}, to %${kernel.value}`;
  }
  const loops = kernel.kind === 'loop' ? kernel : kernel.epilogue;
  const head =
    kernel.kind === 'loop'
      ? `${position}: loop ${showLoops(kernel)}`
      : `${position}: product ${kernel.batch} × [${kernel.rows}, ${kernel.inner}]·[${kernel.inner}, ${kernel.columns}] of ${showFactor(kernel.left)} and ${showFactor(kernel.right)}, then ${showLoops(loops)}`;
  return [head + pathsOf(program, loops), ...showBody(loops)].join('\n');
};

export const printKernels = ({ program, kernels }: KernelProgram): string =>
  `${kernels.map((kernel, position) => showKernel(program, kernel, position)).join('\n')}\n`;

/** A memory plan in a form that a person can read. */
export const printPlan = ({ program }: KernelProgram, { places, copies, bytes, bound }: Plan): string => {
  const lines = [...places]
    .toSorted(([, a], [, b]) => a - b)
    .map(([value, place]) => {
      const { dtype, shape } = instructionAt(program, value);
      return `  ${place} … ${place + byteLength(program, value)}: %${value} ${dtype} ${showShape(shape)}`;
    });
  const moves = copies.map(({ from, to, bytes: length }) => `  copy ${length} bytes from ${from} to ${to}`);
  return [`memory: ${bytes} bytes; the largest live set is ${bound}`, ...lines, ...moves, ''].join('\n');
};
