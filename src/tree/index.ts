export { type Leaf, leafPaths, leaves, mapTree, type Tree, unflatten, zipTrees } from './tree.js';
