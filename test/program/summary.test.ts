/** What a model is made of, in a table. */
import {
  batchNormalization,
  convolution2d,
  dense,
  flatten,
  layersOf,
  named,
  relu,
  sequential,
  summary,
} from 'paralens';
import { expect, test } from 'vitest';

test('a perceptron', () => {
  const model = sequential(dense(784, 512), relu(), named('head', dense(512, 10)));
  expect(summary(model, [128, 784])).toBe(
    [
      'path    operations    output      parameters  multiply-adds    bytes',
      '──────  ────────────  ──────────  ──────────  ─────────────  ───────',
      '0       contract add  [128, 512]     401,920     51,380,224  262,144',
      '1       maximum       [128, 512]           0              0  262,144',
      '2.head  contract add  [128, 10]        5,130        655,360    5,120',
      '──────  ────────────  ──────────  ──────────  ─────────────  ───────',
      'in all                               407,050     52,035,584  529,408',
    ].join('\n'),
  );
});

test('what a layer carries is no parameter, and a convolution counts its windows', () => {
  const model = sequential(convolution2d(3, 8, 5, { padding: 'same' }), batchNormalization(8), flatten());
  const [first, second] = layersOf(model, [2, 10, 10, 3]);
  expect(first).toMatchObject({ path: '0', output: [2, 10, 10, 8], parameters: 5 * 5 * 3 * 8 + 8 });
  expect(first?.multiplyAdds).toBe(2 * 100 * 8 * 75);
  expect(second).toMatchObject({ path: '1', parameters: 16 });
});
