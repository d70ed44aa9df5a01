/** The tests that mutants of lenses, differentiation and updates are run against, on few examples each. */
import { defineConfig } from 'vitest/config';
import { common as whole } from '../../vitest.config.js';

export default defineConfig({
  ...whole,
  test: {
    ...whole.test,
    env: { ...whole.test?.env, PARALENS_LAWS_TIMES: '0.5' },
    include: [
      'test/autodiff/**/*.test.ts',
      'test/lens/**/*.test.ts',
      'test/tensor/**/*.test.ts',
      'test/update/**/*.test.ts',
      'test/laws/{check,expressions,gradient,lens,para,reverse-derivative,updates}.test.ts',
    ],
  },
});
