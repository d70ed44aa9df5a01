/** Trainings that are revised between steps, with planted bugs: what is told, what goes on, and what is remembered where. */
import { type Fold, learner, momentum, type Plateau, reduceOnPlateau, type Step, train } from 'paralens';
import { withHyperparameters } from 'paralens/update';
import { reference } from 'paralens/program';
import {
  brokenLaws,
  drawing,
  drawRun,
  type RevisedTrainer,
  revisedTraining,
  trainingLaws,
  unrevised,
} from 'paralens/laws/kit';
import { map } from 'rxjs';
import { lawsToAsk, type Suspect } from './suspect.js';
import { type Column, drawColumns, lineParts } from './training.js';

const backend = reference();

const line = learner({
  ...lineParts,
  update: withHyperparameters(0.125, (learningRate) => momentum({ learningRate, momentum: 0.5 })),
});
type State = ReturnType<typeof line.init>;
type Revise = Fold<Plateau, Step<State>, State | undefined>;
type LineTrainer = RevisedTrainer<State, Column, Column, Plateau>;

const revise: Revise = reduceOnPlateau({ patience: 1, factor: 0.5, measure: ({ loss }) => loss });

/** A fold that remembers in itself, from when it is made, how long it has waited. */
const remembering = (): Revise => {
  let waited = 0;
  return {
    ...revise,
    step: (memory, step) => {
      waited += 1;
      return waited % 2 === 0 ? revise.step(memory, { ...step, loss: Number.NaN }) : [memory, undefined];
    },
  };
};

const suspect = (name: string, killedBy: readonly string[], trainer: LineTrainer): Suspect => ({
  name: `revised: ${name}`,
  killedBy,
  breaks: () =>
    brokenLaws(
      drawing((sampler) => {
        const run = drawRun(sampler, line, drawColumns);
        return { ...run, initial: unrevised(run.initial, revise) };
      }),
      lawsToAsk(killedBy, trainingLaws(revisedTraining('line', line, backend, revise, trainer))),
      { runs: 8 },
    ),
});

export const revisionSuspects: readonly Suspect[] = [
  suspect('the library’s', [], (options) => train(line, { ...options, revise })),
  suspect('nothing is', ['F-2'], (options) =>
    train(line, { ...options, revise: { ...revise, step: (memory) => [memory, undefined] } }),
  ),
  suspect(
    'told, but not gone on from',
    ['F-2'],
    (options) => (source) =>
      source.pipe(
        train(line, { ...options, revise: { ...revise, step: (memory) => [memory, undefined] } }),
        map((told) => {
          const [revision, state = told.state] = revise.step(told.revision, told);
          return { ...told, state, revision };
        }),
      ),
  ),
  suspect('gone on from, but not told', ['F-2', 'F-13'], (options) => {
    const before = new Map<number, State>();
    return (source) =>
      source.pipe(
        train(line, {
          ...options,
          revise: {
            ...revise,
            step: (memory, told) => {
              before.set(told.step, told.state);
              return revise.step(memory, told);
            },
          },
        }),
        map((told) => ({ ...told, state: before.get(told.step) ?? told.state })),
      );
  }),
  suspect(
    'its memory is not told',
    ['F-2', 'F-13'],
    (options) => (source) =>
      source.pipe(
        train(line, { ...options, revise }),
        map((told) => ({ ...told, revision: revise.initial })),
      ),
  ),
  suspect('by a fold that remembers the steps of its own life', ['F-2', 'F-4'], (options) =>
    train(line, { ...options, revise: remembering() }),
  ),
];
