/**
 * A pipeline of processes around a broker: a producer publishes records to JetStream, a trainer learns from them and
 * keeps checkpoints, a predictor answers over HTTP from what the trainer has published last. The trainer is killed again
 * and again, at any moment; it goes on from its last checkpoint, and comes to the very parameters of a trainer that
 * nobody killed. Needs nats-server in the PATH: `apt-get install -y nats-server`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { either } from 'fp-ts';
import { key } from 'paralens';
import { decodeSafetensors, encodeSafetensors } from 'paralens/format';
import { folderCheckpoints, jetStream } from 'paralens/node';
import {
  decoder,
  jsonOfText,
  jsonText,
  online,
  parametersMessage,
  hotSwap,
  snapshots,
} from 'paralens/online';
import { lastValueFrom, share, takeWhile, tap } from 'rxjs';
import { isStarted } from './data/direct.js';
import { connectTo } from './data/nats.js';
import { examples, inputs, lineOf, Point, points, PointState } from './data/points.js';
import { predictServer } from './data/predict-server.js';

const STREAM = 'points';
const PARAMETERS = 'parameters';
const SIZE = 16;

const say = (word: string, value: string): void => {
  process.stdout.write(`${word} ${value}\n`);
};

/** What the trainer and the predictor share and nobody else knows: whoever can publish cannot be served. */
const SECRET = 'PARALENS_PIPELINE_SECRET';

const macOf = (bytes: Uint8Array): Buffer =>
  createHmac('sha256', process.env[SECRET] ?? '')
    .update(bytes)
    .digest();

/** Bytes behind the code that only those who know the secret can make. */
const signed = (bytes: Uint8Array): Uint8Array => Buffer.concat([macOf(bytes), bytes]);

/** The bytes, if whoever sent them knows the secret. */
const verified = (message: Uint8Array): Uint8Array | undefined => {
  const [mac, bytes] = [message.subarray(0, 32), message.subarray(32)];
  return mac.length === 32 && timingSafeEqual(mac, macOf(bytes)) ? bytes : undefined;
};

/** Publishes lines, from one number to before another. */
const produce = async (port: number, from: number, to: number): Promise<void> => {
  const broker = await connectTo(port);
  await broker.addStream(STREAM);
  for (let n = from; n < to; n++) {
    // Each is written down before the next is sent; by its number the broker knows what it has already.
    await broker.publish(STREAM, lineOf(n), `${n}`);
    if (n % SIZE === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await broker.close();
  say('produced', `${to}`);
};

/** Learns until so many steps have been taken, from wherever the folder's run stands. */
const train = async (port: number, folder: string, steps: number): Promise<void> => {
  const broker = await connectTo(port);
  // Whoever comes first makes it; for the other it is there.
  await broker.addStream(STREAM);
  const events = online({
    source: jetStream({ servers: `127.0.0.1:${port}`, stream: STREAM, follow: true }),
    decode: decoder(Point),
    examples,
    learner: points,
    key: key(1),
    size: SIZE,
    checkpoints: { store: folderCheckpoints(folder), every: { steps: 5 } },
  }).pipe(
    tap((event) => {
      if (event.kind === 'saved' || event.kind === 'resumed') say(event.kind, `${event.step}`);
      if (event.kind === 'save failed') process.stderr.write(`${event.error.message}\n`);
    }),
    takeWhile((event) => !(event.kind === 'step' && event.step >= steps), true),
    share(),
  );
  const last = await lastValueFrom(
    events.pipe(
      snapshots(points, { every: { seconds: 0.02 }, inputs }),
      tap((snapshot) => {
        const { message } = parametersMessage(snapshot);
        const records = jsonText(message.records ?? null);
        const metadata = { step: `${message.step}`, checksum: message.checksum, records };
        broker.send(PARAMETERS, signed(encodeSafetensors({ tensors: message.tensors, metadata })));
      }),
    ),
  );
  await broker.close();
  say('learned', last.checksum);
};

/** Answers with the newest parameters that were published. */
const predict = async (port: number): Promise<void> => {
  const service = hotSwap(points, points.init(key(1)), { inputs });
  const broker = await connectTo(port);
  broker.listen(PARAMETERS, (message) => {
    const bytes = verified(message);
    if (bytes === undefined) {
      process.stderr.write('parameters of a sender without the secret are not served\n');
      return;
    }
    const read = decodeSafetensors(bytes);
    if (either.isLeft(read)) return;
    const { tensors, metadata } = read.right;
    const json = jsonOfText(metadata['records'] ?? '');
    const records = either.isRight(json) ? PointState.decode(json.right) : undefined;
    if (records === undefined || either.isLeft(records)) return;
    const step = Number(metadata['step']);
    // What was sent before may be sent again by anybody.
    if (step <= (service.latest()?.step ?? 0)) return;
    service.swap({
      step,
      checksum: metadata['checksum'] ?? '',
      tensors,
      records: records.right,
    });
  });
  const { url } = await predictServer({ port: 0, latest: service.latest });
  say('serving', url);
};

/** A process that says words, one a line. */
interface Actor {
  readonly process: ChildProcess;
  /** What it says behind a word, when it does for the n-th time. Rejects where it ends before. */
  readonly says: (word: string, times?: number) => Promise<string>;
  readonly kill: () => Promise<void>;
}

const actor = (role: string, secret: string, ...given: readonly (string | number)[]): Actor => {
  const child = spawn(
    process.execPath,
    ['--conditions=source', '--import', 'tsx', fileURLToPath(import.meta.url), role, ...given.map(String)],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, [SECRET]: secret } },
  );
  const ended = once(child, 'exit');
  const said: string[] = [];
  const heard = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    said.push(line);
    for (const look of heard) look();
  });
  return {
    process: child,
    says: async (word, times = 1) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const line = said.filter((each) => each.startsWith(`${word} `))[times - 1];
          if (line === undefined) return;
          heard.delete(look);
          resolve(line.slice(word.length + 1));
        };
        heard.add(look);
        look();
        // Its last lines may come after its end.
        void ended.then(() =>
          setTimeout(() => {
            reject(new Error(`the ${role} has ended without having said '${word}'`));
          }, 500),
        );
      }),
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

export interface Outcome {
  /** The checksums of the parameters that were come to: with kills, and without. */
  readonly killed: string;
  readonly unharmed: string;
  /** Steps from which the trainer has gone on. */
  readonly resumed: readonly number[];
  /** Answers while it was dead, and at last. */
  readonly meanwhile: unknown;
  readonly answer: {
    readonly prediction: readonly number[];
    readonly step: number;
    readonly checksum: string;
  };
}

/** Runs the whole of it and gives what came of it. */
export const main = async ({ records = 3200, kills = 3 } = {}): Promise<Outcome> => {
  const folder = await mkdtemp(join(tmpdir(), 'paralens-pipeline-'));
  const port = await freePort();
  const broker = spawn(
    'nats-server',
    ['-js', '-sd', join(folder, 'broker'), '-a', '127.0.0.1', '-p', `${port}`],
    {
      stdio: 'ignore',
    },
  );
  const secret = randomBytes(32).toString('hex');
  const running: Actor[] = [];
  const start = (role: string, ...given: readonly (string | number)[]): Actor => {
    const started = actor(role, secret, port, ...given);
    running.push(started);
    return started;
  };
  // One line in a hundred is torn and no example.
  const steps = Math.floor((records - Math.floor(records / 100)) / SIZE);
  try {
    const predictor = start('predictor');
    const url = await predictor.says('serving');
    const ask = async () => {
      const body = JSON.stringify({
        points: [
          [1.5, 0.5],
          [-1.5, -0.5],
        ],
      });
      return (await fetch(`${url}/predict`, { method: 'POST', body })).json();
    };
    const resumed: number[] = [];
    let meanwhile: unknown;
    let killed = '';
    for (let i = 0; i <= kills; i++) {
      const trainer = start('trainer', join(folder, 'run'), steps);
      const [from, to] = [i, i + 1].map((part) => Math.floor((part * records) / (kills + 1)));
      const producer = start('producer', from ?? 0, to ?? records);
      if (i > 0) resumed.push(Number(await trainer.says('resumed')));
      if (i === kills) killed = await trainer.says('learned');
      else {
        // Right after a checkpoint, in the middle of what comes behind it.
        await trainer.says('saved');
        await trainer.kill();
        meanwhile = await ask();
      }
      await producer.says('produced');
    }
    const answer = (await ask()) as Outcome['answer'];
    const unharmed = await start('trainer', join(folder, 'unharmed'), steps).says('learned');
    return { killed, unharmed, resumed, meanwhile, answer };
  } finally {
    await Promise.all(running.map(({ kill }) => kill()));
    broker.kill();
    await once(broker, 'exit');
    await rm(folder, { recursive: true, force: true });
  }
};

if (isStarted(import.meta.url)) {
  const [, , role, port, given = '', last] = process.argv;
  if (role === 'producer') await produce(Number(port), Number(given), Number(last));
  else if (role === 'trainer') await train(Number(port), given, Number(last));
  else if (role === 'predictor') await predict(Number(port));
  else console.log(await main());
}
