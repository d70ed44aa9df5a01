/** The numbers of a batch of records of any form. */
import type { Tensor } from 'paralens';
import { leaves } from '../../../src/tree/tree.js';

/** The leaves of a tree, each a number for each example. */
export const parseTree = (tree: unknown): readonly Tensor<[number]>[] => leaves<Tensor<[number]>>(tree);
