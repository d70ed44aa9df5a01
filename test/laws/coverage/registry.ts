/** Everything that is to be under a law, from what the library exports: what is new is a hole at first. */
import { lenses, paras } from 'paralens/laws/kit';
import * as online from 'paralens/online';
import * as operation from 'paralens/operation';
import { primitiveNames } from 'paralens/program';
import * as derivatives from '../../../src/autodiff/index.js';
import * as layers from '../../../src/layer/index.js';
import * as losses from '../../../src/loss/index.js';
import * as metrics from '../../../src/metric/index.js';
import * as streams from '../../../src/stream/index.js';
import * as updates from '../../../src/update/index.js';
import { noFolds } from '../subject/fold.js';
import { sourceNames } from '../subject/source-names.js';

export interface Kind {
  readonly names: readonly string[];
  /** The files of tests that hold them to laws, in titles that begin with the name, perhaps after a law's. */
  readonly files: readonly string[];
  /** Where laws hold them; plain things compute nothing on a backend. */
  readonly where: 'everywhere' | 'on backends' | 'plain';
  /** Whether each law of the files is about all of them together. */
  readonly together?: boolean;
}

const without = (module: object, others: readonly string[]): readonly string[] =>
  Object.keys(module).filter((name) => !others.includes(name));

/** They make numbers at random, and a layer's laws take what they make. */
const initializers = ['glorot', 'he', 'normalInitializer', 'uniformInitializer', 'zeros'];
const trainers = ['train', 'evaluator', 'reduceOnPlateau'];

export const registry: { readonly [kind: string]: Kind } = {
  primitive: {
    names: primitiveNames,
    files: ['primitives.test.ts', 'batching.test.ts'],
    where: 'everywhere',
  },
  'map over a batch': {
    names: ['vmap', 'batched'],
    files: ['batching.test.ts'],
    where: 'everywhere',
    together: true,
  },
  operation: {
    names: [...without(operation, Object.keys(derivatives)), 'key'],
    files: [
      'operations.test.ts',
      'numerics.test.ts',
      'special.test.ts',
      'program.test.ts',
      'gradient.test.ts',
      'batching.test.ts',
    ],
    where: 'everywhere',
  },
  layer: {
    names: without(layers, initializers),
    files: ['layers.test.ts', 'equivariance.test.ts', 'time.test.ts', 'program.test.ts', 'batching.test.ts'],
    where: 'everywhere',
  },
  'composite of layers': {
    names: ['sequential', 'fanOut', 'share', 'residual', 'concatenate', 'evaluation', 'rematerialize'],
    files: ['layers.test.ts', 'program.test.ts', 'batching.test.ts'],
    where: 'everywhere',
  },
  loss: {
    names: without(losses, ['loss', 'meanOf']),
    files: ['layers.test.ts', 'loss.test.ts', 'program.test.ts', 'batching.test.ts'],
    where: 'everywhere',
  },
  metric: { names: Object.keys(metrics), files: ['loss.test.ts', 'metric.test.ts'], where: 'everywhere' },
  'update or schedule': {
    // `averageOf` reads what an update keeps, and its law is `movingAverage`’s.
    names: without(updates, ['elementwiseUpdate', 'averageOf']),
    files: ['updates.test.ts'],
    where: 'everywhere',
  },
  'training and evaluation': {
    names: trainers,
    files: ['streams.test.ts', 'learner.test.ts'],
    where: 'on backends',
  },
  'operator over streams': {
    // `ratesOf` reads what `reduceOnPlateau` and `withRates` move.
    names: without(streams, [...trainers, 'ratesOf']),
    files: ['streams.test.ts'],
    where: 'plain',
  },
  // `jetStream` needs a broker: test/services.
  source: {
    names: sourceNames.filter((name) => name !== 'jetStream'),
    files: ['sources.test.ts'],
    where: 'plain',
  },
  fold: { names: without(online, noFolds), files: ['folds.test.ts'], where: 'plain' },
  'operation on layers': {
    names: Object.keys(paras),
    files: ['para.test.ts'],
    where: 'on backends',
    together: true,
  },
  'operation on lenses': {
    names: Object.keys(lenses),
    files: ['lens.test.ts'],
    where: 'plain',
    together: true,
  },
};
