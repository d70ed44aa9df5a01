/** What happens to a file that is read: it is rotated as logrotate does, copied without its times, and compressed. */
import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

/** `path` becomes `path.1`, and each that was rotated or compressed before gets the next number. */
export const rotate = (path: string): void => {
  let last = 1;
  while (existsSync(`${path}.${last}`) || existsSync(`${path}.${last}.gz`)) last += 1;
  for (let i = last; i > 1; i--)
    for (const end of ['', '.gz'])
      if (existsSync(`${path}.${i - 1}${end}`)) renameSync(`${path}.${i - 1}${end}`, `${path}.${i}${end}`);
  renameSync(path, `${path}.1`);
};

/** Another file of the same content, under the same name. */
export const copy = (name: string): void => {
  if (!existsSync(name)) return;
  copyFileSync(name, `${name}-copy`);
  renameSync(`${name}-copy`, name);
};

/** The file compressed, in its place. */
export const compress = (name: string): void => {
  if (!existsSync(name)) return;
  writeFileSync(`${name}-packed`, gzipSync(readFileSync(name)));
  renameSync(`${name}-packed`, `${name}.gz`);
  rmSync(name);
};
