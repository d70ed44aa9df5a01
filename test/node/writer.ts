/**
 * A process that saves checkpoints as fast as it can until it is killed: each continues from the newest, and its step is
 * printed when the store has acknowledged it. Arguments: the folder, and how large a tensor is.
 */
import { writeSync } from 'node:fs';
import { either as E } from 'fp-ts';
import { folderCheckpoints } from 'paralens/node';
import { checkpointAt, restoring } from '../online/checkpoint/kept-run.js';

const [folder = '', size = '4'] = process.argv.slice(2);
const store = folderCheckpoints(folder, { keep: 2 });
const { checkpoint } = await restoring(store, checkpointAt(0, Number(size)));
writeSync(1, `from ${checkpoint?.step ?? 0}\n`);
for (let step = (checkpoint?.step ?? 0) + 1; ; step++) {
  const saved = await store.save(checkpointAt(step, Number(size)));
  // Written at once, and not by a stream that would lose it with the process.
  writeSync(1, E.isRight(saved) ? `saved ${step}\n` : `${saved.left.kind} ${step}\n`);
  if (E.isLeft(saved)) process.exit(3);
}
