/** Pictures of grey images side by side, as PNG files. */
import { writeFileSync } from 'node:fs';
import { PNG } from 'pngjs';
import { pictureAt } from './plot.mjs';

/**
 * Square images of numbers from 0 to 1, `side`·`side` each, one after the other in rows of `columns`, a pixel apart,
 * into `examples/out/`. Gives the file's path.
 */
export const saveImages = (
  name: string,
  images: ArrayLike<number>,
  side: number,
  columns: number,
): string => {
  const count = images.length / (side * side);
  const rows = Math.ceil(count / columns);
  const pitch = side + 1;
  const png = new PNG({ width: columns * pitch + 1, height: rows * pitch + 1 });
  for (let at = 0; at < png.width * png.height; at++) {
    const [x, y] = [(at % png.width) - 1, Math.floor(at / png.width) - 1];
    const image = Math.floor(y / pitch) * columns + Math.floor(x / pitch);
    const [column, row] = [x % pitch, y % pitch];
    const inside = x >= 0 && y >= 0 && column < side && row < side && image < count;
    const value = inside ? (images[(image * side + row) * side + column] ?? 0) : 1;
    const brightness = Math.round(255 * Math.min(1, Math.max(0, value)));
    png.data.set([brightness, brightness, brightness, 255], at * 4);
  }
  const path = pictureAt(name);
  writeFileSync(path, PNG.sync.write(png));
  return path;
};
