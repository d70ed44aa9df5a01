/** Serving while learning, over HTTP. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { main } from '../../examples/serve.js';

let service: Awaited<ReturnType<typeof main>>;

beforeAll(async () => {
  service = await main({ port: 0 });
});

afterAll(async () => {
  await service.close();
});

interface Answer {
  readonly prediction: readonly number[];
  readonly step: number;
  readonly checksum: string;
}

const ask = (body: string) => fetch(`${service.url}/predict`, { method: 'POST', body });

const predict = async (points: readonly (readonly number[])[]): Promise<Answer> => {
  const response = await ask(JSON.stringify({ points }));
  expect(response.status).toBe(200);
  return (await response.json()) as Answer;
};

test('every request is answered, increasingly well, each by one snapshot', async () => {
  // The same points in each, so that equal parameters answer equally and others do not.
  const points = [
    [1, 0.5],
    [-1, -0.5],
  ];
  const answers: Answer[] = [];
  const seen = new Map<string, string>();
  let newest = 0;
  for (let round = 0; round < 2000; round++) {
    const told = await Promise.all([predict(points), predict(points), predict(points)]);
    for (const answer of told) {
      // What is asked later is never of an older snapshot.
      expect(answer.step).toBeGreaterThanOrEqual(newest);
      const { checksum, ...rest } = answer;
      expect(seen.get(checksum) ?? JSON.stringify(rest)).toBe(JSON.stringify(rest));
      seen.set(checksum, JSON.stringify(rest));
    }
    newest = Math.max(...told.map(({ step }) => step));
    answers.push(...told);
    const { prediction: [yes = 0, no = 1] = [] } = answers.at(-1) ?? {};
    if (seen.size > 5 && yes > 0.95 && no < 0.05) break;
  }
  const { prediction: [yes, no] = [] } = answers.at(-1) ?? {};
  expect(yes).toBeGreaterThan(0.95);
  expect(no).toBeLessThan(0.05);
  expect(seen.size).toBeGreaterThan(5);
});

test.each(['', '{', '{"points":[]}', '{"points":[[1]]}', '{"points":[[1,"2"]]}', `"${'x'.repeat(70_000)}"`])(
  'refuses an invalid request, and continues (%#)',
  async (body) => {
    const response = await ask(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: expect.stringContaining('points') });
    await predict([[0, 0]]);
  },
);

test('lists the routes', async () => {
  expect((await fetch(`${service.url}/other`)).status).toBe(404);
});

test('serves its counters for Prometheus', async () => {
  const get = async () => {
    const response = await fetch(`${service.url}/metrics`);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return new Map(lines.map((line) => [line.replace(/ \S+$/, ''), Number(line.replace(/^.* /, ''))]));
  };
  await expect
    .poll(async () => (await get()).get('paralens_records_total'), { timeout: 30_000 })
    .toBeGreaterThan(1000);
  const now = await get();
  const of = (name: string): number => now.get(`paralens_${name}`) ?? Number.NaN;
  // Each hundredth line is torn; batches are of 32 good ones.
  expect(of('bad_records_total')).toBe(Math.floor(of('records_total') / 100));
  expect(of('examples_total')).toBe(32 * of('batches_total'));
  expect(of('step')).toBe(of('batches_total'));
  for (const stage of ['reading', 'preparing', 'learning', 'held'])
    expect(of(`stage_seconds_total{stage="${stage}"}`)).toBeGreaterThan(0);
  expect(of('metric{name="gradientNorm"}')).toBeGreaterThan(0);
  expect(of('bytes_total')).toBeGreaterThan(of('records_total'));
});

test('answers requests up to a size, and fails when the training thread has ended', async () => {
  const many = Array.from({ length: 256 }, (_, i) => [i / 100, -1]);
  expect((await predict(many)).prediction).toHaveLength(256);
  expect((await ask(JSON.stringify({ points: [...many, [0, 0]] }))).status).toBe(400);
  expect((await fetch(`${service.url}/health`)).status).toBe(200);
  await service.stopLearning();
  await expect.poll(async () => (await fetch(`${service.url}/health`)).status).toBe(503);
  const response = await ask('{"points":[[0,0]]}');
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({ error: 'the thread that learns has ended' });
});
