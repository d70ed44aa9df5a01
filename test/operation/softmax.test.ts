/** ln softmax keeps its digits beside logits of any size, and so does the loss that is made of it. */
import { evaluate, sparseSoftmaxCrossEntropy, type Tensor, tensor } from 'paralens';
import { logSoftmax } from 'paralens/operation';
import { backends } from 'paralens/laws/kit';
import { expect, test } from 'vitest';

const sizes = [0, 88.8, 1e4, -1e4, 1e7, 1e30];

test.each(backends)('of two equal logits it is −ln 2 on $name', (backend) => {
  for (const size of sizes) {
    const logits: Tensor<readonly [1, 2]> = tensor([[size, size]]);
    const [loss] = sparseSoftmaxCrossEntropy<readonly [1]>().run([logits, tensor([1], 'int32')]);
    const [logarithms, cost] = evaluate([logSoftmax(logits), loss] as const, { backend });
    expect([...logarithms.data, ...cost.data]).toEqual(
      [-Math.LN2, -Math.LN2, Math.LN2].map((x) => expect.closeTo(x, 6)),
    );
  }
});
