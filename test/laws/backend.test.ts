/** Backends with a planted bug: each is killed, by the law that names it; the reference is not. */
import { type Backend, type Data, dense, type Program, reference } from 'paralens';
import { backendLaws, check, drawing, drawSubject, subjectOfPara } from 'paralens/laws';
import { describe, expect, test } from 'vitest';

const sound = reference();

/** The reference, each step of its machines changed. */
const broken = (
  step: (
    run: (inputs: readonly Data[]) => readonly Data[],
    inputs: readonly Data[],
    calls: number,
    program: Program,
  ) => readonly Data[],
): Backend => ({
  ...sound,
  name: 'broken',
  compile: (program) => {
    const executable = sound.compile(program);
    return {
      ...executable,
      start: (state) => {
        const machine = executable.start(state);
        let calls = 0;
        return { ...machine, step: (inputs) => step(machine.step, inputs, calls++, program) };
      },
    };
  },
});

const bugs: { readonly [bug: string]: readonly [Backend, RegExp] } = {
  'the last element of a kernel’s tail': [
    broken((run, inputs) =>
      run(inputs).map((data) => data.map((x, i) => (data.length > 4 && i === data.length - 1 ? 2 * x : x))),
    ),
    /^(B-1|G-10) (backward of )?dense \(broken\): further from float64 than rounding explains at .*\[\d+\]/,
  ],
  'half of the digits': [
    broken((run, inputs) => run(inputs).map((data) => data.map((x) => x * (1 + 2 ** -12)))),
    /^(B-1|G-10) (backward of )?dense \(broken\): further from float64 than rounding explains/,
  ],
  'an argument written to': [
    broken((run, inputs) => {
      const results = run(inputs);
      const [first] = inputs;
      if (first !== undefined && first.length > 0) first[0] = (first[0] ?? 0) + 1;
      return results;
    }),
    /^L-6 dense \(broken\): the argument has been written to at input\[0\]/,
  ],
  'a buffer that is not cleared between steps': [
    broken((run, inputs, calls) => run(inputs).map((data) => data.map((x) => (calls % 3 === 1 ? x + 1 : x)))),
    /^(B-3|L-5|RD\.2) (backward of )?dense \(broken\): /,
  ],
};

const example = drawing((sampler) => {
  const size = sampler.integer(1, 7);
  return drawSubject(sampler, subjectOfPara('dense', dense(size, 5), { input: { shape: [3, size] } }));
});

describe('a broken backend', () => {
  test.each(Object.entries(bugs))('%s', (name, [backend, message]) => {
    expect(() => {
      check(name, example, backendLaws(backend));
    }).toThrow(message);
  });

  test('a sound one passes', () => {
    check('sound', example, backendLaws(broken((run, inputs) => run(inputs))));
  });
});
