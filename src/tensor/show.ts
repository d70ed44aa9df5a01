/** How a tensor shows itself to `JSON.stringify` and to Node's console: by its data if it has them, else by its last step. */
import { showShape } from '../error.js';
import type { Data } from './dtype.js';

/** What of a tensor is shown. */
interface Shown {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly node:
    | { readonly kind: 'constant'; readonly data: Data }
    | { readonly kind: 'application'; readonly name: string }
    | { readonly kind: 'input' };
}

/** What Node's `util.inspect` asks an object for; registered, so that no module of Node is needed. */
const inspect: unique symbol = Symbol.for('nodejs.util.inspect.custom');

/** More numbers than these are counted and not written. */
const MOST = { json: 1000, console: 12 } as const;

/** A number that JSON has; of what it has not, the name. */
const jsonOf = (value: number): number | string => (Number.isFinite(value) ? value : String(value));

const kindOf = ({ dtype, shape }: Shown): string => `${dtype} ${showShape(shape)}`;

/** The last step of an expression; what it is made of is not looked at: it may be written out for ever. */
const stepOf = ({ node }: Shown): string =>
  node.kind === 'application' ? `${node.name}(…)` : 'a stand-in of a trace';

/** The methods of every tensor. */
export const shown = {
  /** For a person, and not to save a tensor by: `namedTensors` and `toSafetensors` write all there is. */
  toJSON(this: Shown): Readonly<Record<string, unknown>> {
    if (this.node.kind !== 'constant') return { tensor: kindOf(this), expression: stepOf(this) };
    const { data } = this.node;
    if (data.length > MOST.json) return { tensor: kindOf(this), data: `${data.length} numbers` };
    return { tensor: kindOf(this), data: Array.from(data, jsonOf) };
  },
  [inspect](this: Shown): string {
    if (this.node.kind !== 'constant') return `Tensor ${kindOf(this)} = ${stepOf(this)}`;
    const { data } = this.node;
    const more = data.length > MOST.console ? ', …' : '';
    return `Tensor ${kindOf(this)} = [${data.slice(0, MOST.console).join(', ')}${more}]`;
  },
} as const;
