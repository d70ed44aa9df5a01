/** How a matrix product is cut into blocks, and the scratch that this takes. */
import type { ProductKernel } from '../../program/kernel.js';

/** The micro-kernel keeps a tile of this many rows and columns in registers. */
export const TILE_ROWS = 4;
export const TILE_COLUMNS = 8;

/** Rows of a block: as many as, packed, stay in half of a usual second-level cache beside the product's rows. */
const BLOCK_FLOATS = 48 * 1024;
const MOST_ROWS = 128;

/** Longer sums are taken in pieces, so that the packed panels of one piece stay near. */
const MOST_INNER = 1024;

export interface Blocking {
  /** Panels of the left factor: the tile's rows each. */
  readonly rowPanels: number;
  /** Most of them that make one block. */
  readonly blockPanels: number;
  /** Panels of the right factor: the tile's columns each, the last filled up with zeros. */
  readonly panels: number;
  /** The lengths of the pieces of the sums. */
  readonly pieces: readonly number[];
  /** Whether tiles go straight to the result's place; otherwise to scratch, for the epilogue to take them from. */
  readonly direct: boolean;
  /** Bytes of scratch: the packed right factor, and of each worker the packed block of the left and its product. */
  readonly rightBytes: number;
  readonly leftBytes: number;
  readonly tileBytes: number;
  /** Whether all workers share one packed right factor; of a batch each packs those that it needs. */
  readonly sharedRight: boolean;
  /** Bytes from one worker's scratch to the next one's. */
  readonly workerBytes: number;
}

const roundUp = (value: number, to: number): number => Math.ceil(value / to) * to;

/** Whether all that the epilogue does is store the product, row by row, and no tile reaches over an edge. */
const isDirect = ({ rows, columns, epilogue }: ProductKernel): boolean => {
  const [store] = epilogue.stores;
  return (
    epilogue.stores.length === 1 &&
    store?.expression.kind === 'tile' &&
    store.mode === 'set' &&
    store.at.strides.at(-1) === 1 &&
    epilogue.axes.length <= 2 &&
    rows % TILE_ROWS === 0 &&
    columns % TILE_COLUMNS === 0
  );
};

export const blockingOf = (product: ProductKernel): Blocking => {
  const { batch, rows, columns, inner } = product;
  const fitting = Math.floor(BLOCK_FLOATS / inner / TILE_ROWS) * TILE_ROWS;
  const most = Math.min(MOST_ROWS, Math.max(4 * TILE_ROWS, fitting));
  // Blocks of one size, so that none is left with a few rows.
  const blocks = Math.ceil(rows / most);
  const blockRows = roundUp(Math.ceil(rows / blocks), TILE_ROWS);
  const panels = Math.ceil(columns / TILE_COLUMNS);
  const count = Math.ceil(inner / MOST_INNER);
  const piece = Math.ceil(inner / count);
  const pieces = Array.from({ length: count }, (_, i) => Math.min(piece, inner - i * piece));
  const direct = isDirect(product);
  const rightBytes = roundUp(panels * TILE_COLUMNS * inner * 4, 64);
  const leftBytes = roundUp(blockRows * inner * 4, 64);
  const tileBytes = direct ? 0 : roundUp(blockRows * panels * TILE_COLUMNS * 4, 64);
  const sharedRight = batch === 1;
  return {
    rowPanels: Math.ceil(rows / TILE_ROWS),
    blockPanels: blockRows / TILE_ROWS,
    panels,
    pieces,
    direct,
    rightBytes,
    leftBytes,
    tileBytes,
    sharedRight,
    workerBytes: leftBytes + tileBytes + (sharedRight ? 0 : rightBytes),
  };
};

/** Bytes of scratch that a product needs, done by so many workers. */
export const scratchBytes = (product: ProductKernel, workers: number): number => {
  const { rightBytes, sharedRight, workerBytes } = blockingOf(product);
  return (sharedRight ? rightBytes : 0) + workers * workerBytes;
};
