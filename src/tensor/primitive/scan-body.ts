/** From what a body computes to a loop: what it uses from outside becomes an input that every step shares. */
import type { AnyTensor, Scan } from '../tensor.js';
import { dependents } from './dependents.js';
import { apply } from './primitive.js';
import { scanShape } from './scan-layout.js';

/** A stand-in of a body and what is handed in for it. */
export type Binding = readonly [inside: AnyTensor, outside: AnyTensor];

export interface Loop {
  readonly shared: readonly Binding[];
  readonly state: readonly Binding[];
  readonly stacked: readonly Binding[];
  /** The next state, what each step gives, and what is summed over them. */
  readonly next: readonly AnyTensor[];
  readonly results: readonly AnyTensor[];
  readonly sums: readonly AnyTensor[];
  readonly length: number;
  readonly reverse: boolean;
}

/** Whether a tensor is made of nothing but numbers in the program's text: cheaper made anew than handed in. */
const isLiteral = ({ node }: AnyTensor): boolean => {
  if (node.kind === 'constant') return node.exact !== undefined;
  return (
    node.kind === 'application' &&
    (node.name === 'broadcast' || node.name === 'iota') &&
    node.inputs.every(isLiteral)
  );
};

/** What a body uses that no step changes: the largest parts of its expression that depend on no stand-in. */
const captured = (
  standIns: readonly AnyTensor[],
  order: readonly AnyTensor[],
  outputs: readonly AnyTensor[],
): readonly AnyTensor[] => {
  const inside = new Set<AnyTensor>([...standIns, ...order]);
  const found = new Set<AnyTensor>();
  const note = (tensor: AnyTensor): void => {
    if (!inside.has(tensor) && !isLiteral(tensor)) found.add(tensor);
  };
  for (const { node } of order) {
    if (node.kind !== 'application') continue;
    for (const input of node.inputs) note(input);
  }
  for (const output of outputs) note(output);
  return [...found];
};

/** The loop as a node: its attributes, and its flat result. */
export const makeScan = (loop: Loop): { readonly attributes: Scan; readonly flat: AnyTensor } => {
  const { shared, state, stacked, next, results, sums, length, reverse } = loop;
  const outputs = [...next, ...results, ...sums];
  // What stands for itself is found again where it is used.
  const bound = shared.filter(([inside, outside]) => inside !== outside);
  const standIns = [...bound, ...state, ...stacked].map(([inside]) => inside);
  const free = captured(standIns, dependents(standIns, outputs), outputs);
  const given: readonly Binding[] = [
    ...bound,
    ...free.map((tensor) => [tensor, tensor] as const),
    ...state,
    ...stacked,
  ];
  const attributes: Scan = {
    body: { inputs: given.map(([inside]) => inside), outputs },
    length,
    reverse,
    shared: bound.length + free.length,
    state: state.length,
    summed: sums.length,
  };
  return {
    attributes,
    flat: apply(
      { name: 'scan', shape: scanShape },
      attributes,
      given.map(([, outside]) => outside),
    ),
  };
};
