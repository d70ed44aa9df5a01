/** Snapshots: immutable while training goes on, and exactly the model of their step, here and in another thread. */
import fc from 'fast-check';
import { either } from 'fp-ts';
import { evaluate, type Tensor, tensor, train } from 'paralens';
import { leaves } from 'paralens/program';
import { hotSwap, type ParametersMessage, parametersMessage, snapshots } from 'paralens/online';
import { from, lastValueFrom, tap, toArray } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { checksumOf } from '../../../src/online/serve/checksum.js';
import { bitsOf, initial, someBatches, tiny, type TinyBatch } from '../../stream/tiny.js';

const rows = fc
  .array(fc.tuple(fc.double({ min: -3, max: 3, noNaN: true }), fc.double({ min: -3, max: 3, noNaN: true })), {
    minLength: 1,
    maxLength: 5,
  })
  .map((all) => tensor(all.flat(), [all.length, 2]));

const trained = (batches: readonly TinyBatch[]) => from(batches).pipe(train(tiny, { state: initial }));

const all = (batches: readonly TinyBatch[], steps = 1) =>
  lastValueFrom(trained(batches).pipe(snapshots(tiny, { every: { steps } }), toArray()));

const bits = (data: Float32Array): readonly number[] => [...new Uint32Array(data.slice().buffer)];

const modelOf = ({ parameters, buffers }: typeof initial) => ({ parameters, buffers });

describe('snapshots', () => {
  test('that are kept belong to their step, after all of the training', async () => {
    await fc.assert(
      fc.asyncProperty(someBatches(4), rows, async (batches, input) => {
        const early: string[] = [];
        const kept = await lastValueFrom(
          trained(batches).pipe(
            snapshots(tiny),
            tap(({ predict }) => early.push(predict(input).checksum)),
            toArray(),
          ),
        );
        const states = await lastValueFrom(trained(batches).pipe(toArray()));
        expect(kept.map(({ step }) => step)).toEqual(states.map(({ step }) => step));
        expect(kept.map(({ checksum }) => checksum)).toEqual(early);
        for (const [i, { step, state }] of states.entries()) {
          const snapshot = kept[i];
          if (snapshot === undefined) throw new Error('there is one for each step');
          expect(bitsOf(snapshot.model)).toEqual(bitsOf(modelOf(state)));
          const answer = snapshot.predict(input);
          const wanted = evaluate(tiny.predict(state, input));
          expect(answer.prediction.shape).toEqual(wanted.shape);
          expect(bits(answer.prediction.data)).toEqual(bits(wanted.data));
          expect([answer.step, answer.checksum]).toEqual([step, snapshot.checksum]);
          const data = leaves<Tensor>(modelOf(state)).map((each) => evaluate(each).data);
          expect(answer.checksum).toBe(checksumOf(data));
        }
      }),
      { numRuns: 8 },
    );
  });

  test('are of the first step, every n-th step, and the last', async () => {
    await fc.assert(
      fc.asyncProperty(someBatches(9), fc.integer({ min: 1, max: 5 }), async (batches, every) => {
        const steps = (await all(batches, every)).map(({ step }) => step);
        const wanted = batches.map((_, i) => i + 1);
        expect(steps).toEqual(wanted.filter((step) => (step - 1) % every === 0 || step === batches.length));
      }),
      { numRuns: 15 },
    );
  });

  test('at a pace in seconds have the first step and the last among them', async () => {
    const batches =
      fc.sample(someBatches(9), { numRuns: 20, seed: 5 }).find(({ length }) => length > 4) ?? [];
    const paced = trained(batches).pipe(snapshots(tiny, { every: { seconds: 0.02 } }), toArray());
    const steps = (await lastValueFrom(paced)).map(({ step }) => step);
    expect(steps).toEqual([1, batches.length]);
  });

  test.each([{ steps: 0 }, { steps: 1.5 }, { seconds: 0 }])('refuse the pace %o', (every) => {
    expect(() => snapshots(tiny, { every })).toThrow('snapshots: `every.');
  });
});

describe('the served model', () => {
  const some = fc.sample(someBatches(4), { numRuns: 30, seed: 2 }).find(({ length }) => length > 2) ?? [];
  const input = tensor([0.5, -1, 2, 0.25], [2, 2]);
  /** As it arrives in another thread. */
  const sent = (snapshot: Parameters<typeof parametersMessage>[0]): ParametersMessage => {
    const { message, transfer } = parametersMessage(snapshot);
    return structuredClone(message, { transfer: [...transfer] });
  };

  test('is bitwise the sent one, and sending changes nothing', async () => {
    const service = hotSwap(tiny, initial);
    expect(service.latest()).toBeUndefined();
    for (const snapshot of await all(some)) {
      const before = snapshot.predict(input);
      const arrived = service.swap(sent(snapshot));
      expect(either.isRight(arrived) && arrived.right).toBe(service.latest());
      expect(service.latest()?.predict(input)).toEqual(before);
      expect(snapshot.predict(input)).toEqual(before);
      expect(bitsOf(snapshot.model)).toEqual(bitsOf(service.latest()?.model));
    }
  });

  test('does not change if a bit was damaged during transfer', async () => {
    const [first, second] = await all(some);
    if (first === undefined || second === undefined) throw new Error('there are two');
    const service = hotSwap(tiny, initial);
    service.swap(sent(first));
    const before = service.latest();
    const bytes = (message: ParametersMessage) =>
      Object.values(message.tensors).map(({ data }) => new Uint8Array(data.buffer));
    const size = bytes(sent(second)).reduce((sum, { length }) => sum + length, 0);
    fc.assert(
      fc.property(fc.nat({ max: 8 * size - 1 }), (bit) => {
        const message = sent(second);
        let at = bit >> 3;
        for (const each of bytes(message)) {
          if (at >= 0 && at < each.length) each[at] = (each[at] ?? 0) ^ (1 << (bit & 7));
          at -= each.length;
        }
        expect(service.swap(message)).toMatchObject({ _tag: 'Left', left: { kind: 'checksum', step: 2 } });
        expect(service.latest()).toBe(before);
      }),
    );
  });

  test('refuses the parameters of another model', async () => {
    const [first] = await all(some);
    if (first === undefined) throw new Error('there is one');
    const { tensors, ...rest } = sent(first);
    const fewer = Object.fromEntries(Object.entries(tensors).slice(1));
    const service = hotSwap(tiny, initial);
    expect(service.swap({ ...rest, tensors: fewer })).toMatchObject({
      _tag: 'Left',
      left: { kind: 'structure', message: expect.stringContaining('is missing') },
    });
    expect(service.latest()).toBeUndefined();
  });
});
