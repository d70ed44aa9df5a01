// From nothing to one finished step of a tiny model, on the built package.
import {
  compile,
  dense,
  evaluate,
  key,
  learner,
  relu,
  sequential,
  sgd,
  sparseSoftmaxCrossEntropy,
  tensor,
} from 'paralens';

const model = sequential(dense(4, 16), relu(), dense(16, 3));
const tiny = learner({ model, loss: sparseSoftmaxCrossEntropy(), update: sgd() });
const batch = { input: tensor([[1, 2, 3, 4]]), target: tensor([1], 'int32') };
const [, { loss }] = compile(tiny.step)(tiny.init(key(1)), batch);
if (!Number.isFinite(evaluate(loss).data[0])) throw new Error('no loss');
