/** How a matrix product is cut into blocks, and the scratch that this takes. */
import type { ProductKernel } from '../../program/kernel.js';

/** What the micro-kernel keeps in registers over a whole sum. */
export interface Tile {
  readonly rows: number;
  readonly columns: number;
  /** Whether its terms are multiplied and added with one rounding. */
  readonly relaxed: boolean;
}

/**
 * The tile that is fastest: with multiply-add, twelve sums and three more fill the sixteen vector registers.
 * Without, the product needs one more, and V8 spills what is larger than four rows.
 */
export const tileOf = (relaxed: boolean): Tile => ({ rows: relaxed ? 6 : 4, columns: 8, relaxed });

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

/** Rows of the last panel where the tile's rows don't divide them: an even number, so that halves of vectors do. */
export const lastRows = (rows: number, tile: Tile): number => roundUp(rows % tile.rows, 2);

const roundUp = (value: number, to: number): number => Math.ceil(value / to) * to;

/** Whether all that the epilogue does is store the product, row by row, and no tile reaches over an edge. */
const isDirect = ({ rows, columns, epilogue }: ProductKernel, tile: Tile): boolean => {
  const [store] = epilogue.stores;
  return (
    epilogue.stores.length === 1 &&
    store?.expression.kind === 'tile' &&
    store.mode === 'set' &&
    store.at.strides.at(-1) === 1 &&
    epilogue.axes.length <= 2 &&
    rows % 2 === 0 &&
    columns % tile.columns === 0
  );
};

export const blockingOf = (product: ProductKernel, tile: Tile): Blocking => {
  const { batch, rows, columns, inner } = product;
  const fitting = Math.floor(BLOCK_FLOATS / inner / tile.rows) * tile.rows;
  const most = Math.min(MOST_ROWS, Math.max(4 * tile.rows, fitting));
  // Blocks of one size, so that none is left with a few rows.
  const blocks = Math.ceil(rows / most);
  const blockRows = roundUp(Math.ceil(rows / blocks), tile.rows);
  const panels = Math.ceil(columns / tile.columns);
  const count = Math.ceil(inner / MOST_INNER);
  const piece = Math.ceil(inner / count);
  const pieces = Array.from({ length: count }, (_, i) => Math.min(piece, inner - i * piece));
  const direct = isDirect(product, tile);
  const rightBytes = roundUp(panels * tile.columns * inner * 4, 64);
  const leftBytes = roundUp(blockRows * inner * 4, 64);
  const tileBytes = direct ? 0 : roundUp(blockRows * panels * tile.columns * 4, 64);
  const sharedRight = batch === 1;
  return {
    rowPanels: Math.ceil(rows / tile.rows),
    blockPanels: blockRows / tile.rows,
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
export const scratchBytes = (product: ProductKernel, tile: Tile, workers: number): number => {
  const { rightBytes, sharedRight, workerBytes } = blockingOf(product, tile);
  return (sharedRight ? rightBytes : 0) + workers * workerBytes;
};
