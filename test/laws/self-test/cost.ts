/** A composition that costs too much: it runs forward again on the way back. */
import {
  type Buffers,
  dense,
  key,
  type Para,
  type Parameters,
  sequential,
  tanh,
  type Tensor,
  tensor,
} from 'paralens';
import { law } from 'paralens/laws';
import { counted, oneForwardEach } from 'paralens/laws/kit';
import { plant } from './plant.js';
import type { Suspect } from './suspect.js';

type Rows = Tensor<readonly [number, 4]>;
type Square = Para<Parameters, Rows, Rows, Buffers>;

const layer = () => sequential(dense(4, 4), tanh<readonly [number, 4]>());

/** put(f;g)(a, dc) = put f(a, put g(get f a, dc)), to the letter: get f is computed once more. */
const textbook = (f: Square, g: Square): Square => ({
  ...sequential(f, g),
  run: (p, a) => {
    const [pf, pg] = [p.slice(0, f.size), p.slice(f.size)];
    const [c] = g.run(pg, f.run(pf, a)[0]);
    return [
      c,
      (dc) => {
        const [b, backF] = f.run(pf, a);
        const [dq, db] = g.run(pg, b)[1](dc);
        const [dp, da] = backF(db);
        return [[...dp, ...dq], da];
      },
    ];
  },
});

const suspect = (
  name: string,
  killedBy: readonly string[],
  together: (f: Square, g: Square) => Square,
): Suspect =>
  plant(`cost: ${name}`, killedBy, ({ integer }) => integer(2, 5), [
    law('C-1', (layers) => {
      const each = Array.from({ length: layers }, () => counted<Parameters, Rows, Rows, Buffers>(layer()));
      const model = each.map((one) => one.layer).reduce(together);
      const a = tensor([[1, 2, 3, 4]]);
      return oneForwardEach(each, model, { p: model.init(key(0)), a, w: a, s: [] });
    }),
  ]);

export const costSuspects: readonly Suspect[] = [
  suspect('sound', [], (f, g) => sequential(f, g)),
  suspect('forward once more on the way back', ['C-1'], textbook),
];
