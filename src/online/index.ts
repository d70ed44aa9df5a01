export { type Broken, isBroken } from './broken.js';
export type { Checkpoint, CheckpointError, CheckpointStore, Restored } from './checkpoint.js';
export type { ServerEvent } from './event-stream.js';
export { andThenFold, type Fold, folds, pure } from './fold.js';
export { iterableSource, observableSource } from './iterable-source.js';
export type { Json } from './json.js';
export type { Received, Source } from './source.js';
export { sse, type SseOptions } from './sse-source.js';
export { type Message, webSocket, type WebSocketOptions } from './web-socket-source.js';
