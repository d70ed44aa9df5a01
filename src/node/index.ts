/** What needs Node: sources that are files, folders, standard input or brokers, and checkpoints on a disk. */
export { folderCheckpoints, type FolderOptions, shutdown } from './folder-checkpoints.js';
export { arrow } from './arrow.js';
export { csv, type CsvOptions, type Row } from './csv.js';
export { directory, type DirectoryOptions, type DirectoryPosition } from './directory.js';
export type { FilePosition } from './file-position.js';
export { jetStream, type JetStreamOptions } from './jetstream.js';
export type { JetStreamPosition } from './jetstream-position.js';
export { ndjson } from './ndjson.js';
export { parquet, type ParquetOptions } from './parquet.js';
export type { FileOptions } from './follow-file.js';
export { lineStream, standardInput, type StreamOptions } from './standard-input.js';
export type { Columns, TableOptions } from './table-reader.js';
