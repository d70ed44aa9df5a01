/** Copies and projections with planted bugs. */
import { copy, projectFirst, zerosLike } from 'paralens/lens';
import { reference } from 'paralens/program';
import { axiomLaws, cartesian, type CartesianOperations, drawAxioms } from 'paralens/laws/kit';
import { plant } from './plant.js';
import type { Suspect } from './suspect.js';

const suspect = (
  name: string,
  killedBy: readonly string[],
  changed: Partial<CartesianOperations>,
): Suspect => {
  const laws = axiomLaws({ backend: reference() }, { ...cartesian, ...changed });
  return plant(`copies and projections: ${name}`, killedBy, drawAxioms, laws, { runs: 10 });
};

export const axiomSuspects: readonly Suspect[] = [
  suspect('sound', [], {}),
  suspect('a fan-out that overwrites', ['RD.1', 'RD.4'], {
    copy: () => ({ run: (a) => [[a, a], ([, last]) => last] }),
  }),
  suspect('a fan-out that adds one branch twice', ['RD.4'], {
    copy: <A>() => ({
      run: (a: A) => [[a, a], ([first]: readonly [A, A]) => copy<A>().run(a)[1]([first, first])] as const,
    }),
  }),
  suspect('zeros like the wrong side', ['RD.3'], {
    projectFirst: () => ({ run: ([a]) => [a, (da) => [da, zerosLike(a) as never]] }),
  }),
  suspect('a projection that passes the change to both', ['RD.3'], {
    projectFirst: () => ({
      run: ([a, b]) => [a, (da) => [projectFirst().run([a, b])[1](da)[0] as never, b]],
    }),
  }),
];
