/** fast-check, which whoever uses the laws installs beside the package: a message, and no bare loader's error, without it. */
import { peer } from '../src/node/optional-package.js';

export const { default: fastCheck } = await peer('paralens/laws', 'fast-check', () => import('fast-check'));
