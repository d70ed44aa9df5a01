export { folderCheckpoints, type FolderOptions } from './folder-checkpoints.js';
export { shutdown } from './shutdown.js';
