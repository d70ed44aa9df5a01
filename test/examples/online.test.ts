/** The examples of online learning run, at reduced size, and do what they say. */
import { expect, test } from 'vitest';
import { readMails } from '../../examples/data/mails.js';
import { readMnist } from '../../examples/data/mnist.js';
import { readWeather } from '../../examples/data/weather.js';
import { main as liveDigits } from '../../examples/live-digits.js';
import { main as spam } from '../../examples/online-spam.js';
import { main as weather } from '../../examples/online-weather.js';

test('the forecast beats the naive one over the last two years, and is tested on every day before it learns', async () => {
  const days = readWeather();
  const { days: told, lastYears } = await weather({ days });
  // The first day has none before it.
  expect(told).toBe(days.length - 1);
  expect(lastYears.error).toBeLessThan(0.95 * lastYears.naive);
  expect(lastYears.deviations).toBeGreaterThan(3);
  // The naive forecast by itself, of days 731 to the last.
  const highest = days.map((text) => (JSON.parse(text) as { highest: number }).highest);
  const changes = highest.slice(731).map((each, i) => Math.abs(each - (highest[730 + i] ?? Number.NaN)));
  expect(lastYears.naive).toBeCloseTo(changes.reduce((sum, each) => sum + each, 0) / changes.length, 5);
});

const all = readMails();

test('the mails arrive in order, spam and others', () => {
  expect(all.length).toBe(6046);
  expect(all.filter((mail) => mail.spam).length).toBe(500 + 1396);
});

test('spam is classified, and a planted drift is found soon after it and not before', async () => {
  // Both kinds come from here on; of those before nearly all are spam.
  const mails = all.slice(750, 2150);
  const planted = 1000;
  const run = await spam({ mails, planted, after: 250 });
  expect(run.right).toBeGreaterThan(Math.max(run.majority, run.last) + 0.1);
  expect(run.drifts).toEqual([]);
  const [nothing, ...others] = run.reacted;
  for (const { drifts, right } of others) {
    expect(drifts[0]).toBeGreaterThan(planted);
    expect(drifts[0]).toBeLessThanOrEqual(planted + 96);
    expect(right).toBeGreaterThan(nothing?.right ?? 1);
  }
});

test('a run on digits that do not wait is paused, rewound to the same bits and forked', async () => {
  const digits = readMnist({ training: 300, test: 200 });
  const { count, hasty, third, whole, again, slower } = await liveDigits({ digits, every: 1, atOnce: 3 });
  expect(count).toBe(300);
  // Of three digits at once the latest is looked at.
  expect(hasty.step).toBeLessThanOrEqual(100);
  expect(hasty.step).toBe(hasty.losses.length);
  // Nothing was lost in the pause: each digit is a step.
  expect(third).toMatchObject({ step: 100, position: 100 });
  expect(whole).toMatchObject({ step: 300, position: 300 });
  expect(whole.losses).toHaveLength(200);
  expect([again.hash, ...again.losses]).toEqual([whole.hash, ...whole.losses]);
  // The past of a fork is shared, what it has learned since is its own.
  expect(slower.losses[0]).toBe(whole.losses[0]);
  expect(slower.losses[1]).not.toBe(whole.losses[1]);
  expect(slower.hash).not.toBe(whole.hash);
  // Chance is 0.1.
  expect(whole.accuracy).toBeGreaterThan(0.4);
});
