/** How a matrix product is cut into blocks, and the scratch that this takes. */
import type { Factor, ProductKernel, Walk } from '../../kernel/kernel.js';

/** What the micro-kernel keeps in registers. */
export interface Tile {
  readonly rows: number;
  readonly columns: number;
  /** Whether its terms are multiplied and added with one rounding. */
  readonly relaxed: boolean;
}

/**
 * The tile that is fastest: with multiply-add, twelve sums and three more fill the sixteen vector registers.
 * Without, the product needs one more, and V8 spills what is larger than five rows.
 */
export const tileOf = (relaxed: boolean): Tile => ({ rows: relaxed ? 6 : 5, columns: 8, relaxed });

/** Most rows of a block: with a piece of the sums, packed, they stay in half of a usual second-level cache. */
const MOST_ROWS = 128;

/** Most terms of a piece of the sums, so that its panels of both factors stay in the first-level cache. */
const MOST_TERMS = 384;

/** Most floats of a block's product in scratch, where sums go on from it piece after piece. */
const MOST_SUMS = 16 * 1024;

/** Up to so many columns it costs less to read the left factor where it lies than to pack it. */
const FEW_COLUMNS = 64;

/** Floats of a cache line: terms that are further apart take one each. */
const NEAR = 16;

export interface Blocking {
  /** Rows of a tile; those of a run are shared out evenly. */
  readonly tileRows: number;
  /** Rows that lie evenly: a tile is of one run. Of a packed factor it is all of them. */
  readonly run: number;
  /** Panels of the left factor, tiles' rows each, and how many of them are of one run. */
  readonly rowPanels: number;
  readonly runPanels: number;
  /** Most panels that make one block. */
  readonly blockPanels: number;
  /** Panels of the right factor: the tile's columns each, the last filled up with zeros. */
  readonly panels: number;
  /** Most terms of a piece of the sums. */
  readonly piece: number;
  /** Which factors are read where they lie, never packed. */
  readonly inPlace: { readonly left: boolean; readonly right: boolean };
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
const isDirect = ({ columns, epilogue }: ProductKernel, tile: Tile): boolean => {
  const [store] = epilogue.stores;
  return (
    epilogue.stores.length === 1 &&
    store?.expression.kind === 'tile' &&
    store.mode === 'set' &&
    store.at.strides.at(-1) === 1 &&
    epilogue.axes.length <= 2 &&
    columns % tile.columns === 0
  );
};

/** The step of a walk that has only one. */
const evenStep = ({ sizes, strides }: Walk): number | undefined =>
  sizes.length > 1 ? undefined : (strides[0] ?? 0);

/** Whether packing the left factor costs more than it gains: few columns, and terms that are near each other. */
const leftInPlace = ({ columns, left: { line, inner } }: ProductKernel): boolean => {
  const step = evenStep(inner);
  return (
    columns <= FEW_COLUMNS &&
    (line.sizes.at(-1) ?? 0) >= 3 &&
    (line.strides.at(-1) ?? 0) > 0 &&
    (step === undefined || Math.abs(step) <= NEAR)
  );
};

/** Whether the right factor lies as if it were packed, or nearly so. */
const rightInPlace = ({ columns, right: { line, inner } }: ProductKernel, tile: Tile): boolean => {
  const step = evenStep(inner) ?? 0;
  return columns % tile.columns === 0 && evenStep(line) === 1 && step > 0 && step <= NEAR;
};

export const blockingOf = (product: ProductKernel, tile: Tile): Blocking => {
  const { batch, rows, columns, inner } = product;
  const inPlace = { left: leftInPlace(product), right: rightInPlace(product, tile) };
  const run = inPlace.left ? runOf(product.left) : rows;
  const tileRows = Math.ceil(run / Math.ceil(run / tile.rows));
  const runPanels = Math.ceil(run / tileRows);
  const rowPanels = (rows / run) * runPanels;
  const panels = Math.ceil(columns / tile.columns);
  // Pieces of one length, and blocks of one size, so that none is left with a few terms or rows.
  const pieces = Math.ceil(inner / MOST_TERMS);
  const piece = roundUp(Math.ceil(inner / pieces), 4);
  const manyRows = inPlace.left && pieces > 1 ? Math.floor(MOST_SUMS / (panels * tile.columns)) : 0;
  const blocks = Math.ceil(rows / Math.max(MOST_ROWS, manyRows));
  const blockPanels = Math.ceil(rowPanels / blocks);
  const blockRows = blockPanels * tileRows;
  const direct = isDirect(product, tile);
  const rightBytes = inPlace.right ? 0 : roundUp(panels * tile.columns * inner * 4, 64);
  const leftBytes = inPlace.left ? 0 : roundUp(blockRows * piece * 4, 64);
  const tileBytes = direct ? 0 : roundUp(blockRows * panels * tile.columns * 4, 64);
  const sharedRight = batch === 1;
  return {
    tileRows,
    run,
    rowPanels,
    runPanels,
    blockPanels,
    panels,
    piece,
    inPlace,
    direct,
    rightBytes,
    leftBytes,
    tileBytes,
    sharedRight,
    workerBytes: leftBytes + tileBytes + (sharedRight ? 0 : rightBytes),
  };
};

/** How many lines lie evenly, one run after another. */
const runOf = ({ line }: Factor): number => line.sizes.at(-1) ?? 1;

/** Bytes of scratch that a product needs, done by so many workers. */
export const scratchBytes = (product: ProductKernel, tile: Tile, workers: number): number => {
  const { rightBytes, sharedRight, workerBytes } = blockingOf(product, tile);
  return (sharedRight ? rightBytes : 0) + workers * workerBytes;
};
