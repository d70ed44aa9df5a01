export { folderCheckpoints, type FolderOptions } from './folder-checkpoints.js';
export { shutdown } from './shutdown.js';
export { csv, type CsvOptions, type Row } from './csv.js';
export { directory, type DirectoryOptions, type DirectoryPosition } from './directory.js';
export type { FilePosition } from './file-position.js';
export type { Line } from './lines.js';
export { ndjson } from './ndjson.js';
export type { FileOptions } from './read-file.js';
export { lineStream, standardInput, type StreamOptions } from './standard-input.js';
