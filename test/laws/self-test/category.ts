/** Compositions of lenses with planted bugs. Types forbid most of them, so that each says `never` somewhere. */
import { backward, forward } from 'paralens/lens';
import { drawLenses, type LensCategory, lenses, lensLaws } from 'paralens/laws/kit';
import { plant } from './plant.js';
import type { Suspect } from './suspect.js';

const suspect = (name: string, killedBy: readonly string[], changed: Partial<LensCategory>): Suspect =>
  plant(`lenses: ${name}`, killedBy, drawLenses, lensLaws({ ...lenses, ...changed }), { runs: 50 });

/** What the last run kept, of whichever lens: shared where it should be its own. */
const sharedResidual = (): LensCategory['compose'] => {
  let kept: readonly [unknown, unknown] = [undefined, undefined];
  return (f, g) => ({
    run: (a) => {
      const [b, backF] = f.run(a);
      const [c, backG] = g.run(b);
      kept = [backF, backG];
      return [
        c,
        (dc) => {
          const [lastF, lastG] = kept as readonly [typeof backF, typeof backG];
          return lastF(lastG(dc));
        },
      ];
    },
  });
};

export const categorySuspects: readonly Suspect[] = [
  suspect('sound', [], {}),
  suspect('sound, as the textbook has them', [], {
    compose: (f, g) => ({
      run: (a) => [forward(g)(forward(f)(a)), (dc) => backward(f)(a, backward(g)(forward(f)(a), dc))],
    }),
  }),
  suspect('the identity’s way back is zero', ['L-1'], {
    identity: () => ({ run: (a) => [a, () => 0 as never] }),
  }),
  suspect('puts in the wrong order', ['L-3'], {
    compose: (f, g) => ({
      run: (a) => {
        const [b, backF] = f.run(a);
        const [c, backG] = g.run(b);
        return [c, (dc) => backG(backF(dc as never) as never) as never];
      },
    }),
  }),
  suspect('the second goes back from the first’s argument', ['L-3'], {
    compose: (f, g) => ({
      run: (a) => {
        const [b, backF] = f.run(a);
        return [g.run(b)[0], (dc) => backF(g.run(a as never)[1](dc))];
      },
    }),
  }),
  suspect('runs share what they keep', ['L-5'], { compose: sharedResidual() }),
  suspect('what is kept is used up', ['L-5'], {
    compose: (f, g) => ({
      run: (a) => {
        const [b, backF] = f.run(a);
        const [c, backG] = g.run(b);
        let used = false;
        return [
          c,
          (dc) => {
            const again = used;
            used = true;
            return again ? (0 as never) : backF(backG(dc));
          },
        ];
      },
    }),
  }),
  suspect('the result depends on how often it was asked for', ['L-4'], {
    compose: (f, g) => {
      let times = 0;
      const both = lenses.compose(f, g);
      return {
        run: (a) => {
          const [c, back] = both.run(a);
          return [times++ % 2 === 0 ? c : (1e3 as never), back];
        },
      };
    },
  }),
  suspect('a pair’s argument is written to', ['L-6'], {
    parallel: (f, g) => ({
      run: (pair) => {
        const result = lenses.parallel(f, g).run(pair);
        Reflect.set(pair, 0, 17);
        return result;
      },
    }),
  }),
  suspect('halves of a pair change places on the way back', ['L-7'], {
    parallel: (f, g) => ({
      run: ([a, c]) => {
        const [b, backF] = f.run(a);
        const [d, backG] = g.run(c);
        return [[b, d], ([db, dd]) => [backF(dd as never), backG(db as never)]];
      },
    }),
  }),
  suspect('re-bracketing mixes up the way back', ['L-8'], {
    associate: () => ({ run: ([[a, b], c]) => [[a, [b, c]], ([da, [db, dc]]) => [[db, da] as never, dc]] }),
  }),
  suspect('a unit’s way back forgets', ['L-8'], {
    leftUnit: () => ({ run: ([, a]) => [a, () => [[], 0 as never]] }),
  }),
  suspect('an exchange that is not taken back', ['L-9'], {
    swap: () => ({ run: ([a, b]) => [[b, a], (changes) => changes as never] }),
  }),
];
