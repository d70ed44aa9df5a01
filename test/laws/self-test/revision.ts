/** Trainings that are revised between steps, with planted bugs: what is told, what goes on, and what is remembered where. */
import { learner, momentum, reduceOnPlateau, type Step, train } from 'paralens';
import { withHyperparameters } from 'paralens/update';
import { reference } from 'paralens/program';
import { brokenLaws, drawing, drawRun, revisedTraining, type Trainer, trainingLaws } from 'paralens/laws/kit';
import { map } from 'rxjs';
import { lawsToAsk, type Suspect } from './suspect.js';
import { type Column, drawColumns, lineParts } from './training.js';

const backend = reference();

const line = learner({
  ...lineParts,
  update: withHyperparameters(0.125, (learningRate) => momentum({ learningRate, momentum: 0.5 })),
});
type State = ReturnType<typeof line.init>;
type Revise = (step: Step<State>) => State | undefined;

const revise: Revise = reduceOnPlateau({ patience: 1, factor: 0.5, measure: ({ loss }) => loss });

/** A rule that remembers in itself, from when it is made, how long it has waited. */
const remembering = (): Revise => {
  let waited = 0;
  return (step) => {
    waited += 1;
    return waited % 2 === 0 ? revise({ ...step, loss: Number.NaN }) : undefined;
  };
};

const suspect = (
  name: string,
  killedBy: readonly string[],
  trainer: Trainer<State, Column, Column>,
): Suspect => ({
  name: `revised: ${name}`,
  killedBy,
  breaks: () =>
    brokenLaws(
      drawing((sampler) => drawRun(sampler, line, drawColumns)),
      lawsToAsk(killedBy, trainingLaws(revisedTraining('line', line, backend, revise, trainer))),
      { runs: 8 },
    ),
});

export const revisionSuspects: readonly Suspect[] = [
  suspect('the library’s', [], (options) => train(line, { ...options, revise })),
  suspect('nothing is', ['F-2'], (options) => train(line, options)),
  suspect(
    'told, but not gone on from',
    ['F-2'],
    (options) => (source) =>
      source.pipe(
        train(line, options),
        map((told) => ({ ...told, state: revise(told) ?? told.state })),
      ),
  ),
  suspect('gone on from, but not told', ['F-2', 'F-13'], (options) => {
    const before = new Map<number, State>();
    return (source) =>
      source.pipe(
        train(line, {
          ...options,
          revise: (told) => {
            before.set(told.step, told.state);
            return revise(told);
          },
        }),
        map((told) => ({ ...told, state: before.get(told.step) ?? told.state })),
      );
  }),
  suspect('by a rule that remembers the steps of its own life', ['F-2', 'F-4'], (options) =>
    train(line, { ...options, revise: remembering() }),
  ),
];
