/** The tests of laws as `npm run coverage:laws` runs them: each says in the environment which test it is. */
import { defineConfig, mergeConfig } from 'vitest/config';
import { common as whole } from '../../../vitest.config.js';

export default mergeConfig(whole, defineConfig({ test: { setupFiles: ['test/laws/coverage/context.ts'] } }));
