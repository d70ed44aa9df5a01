import { defineConfig } from 'vitest/config';

// `source` first: tests import `paralens` and `paralens/laws` by name and get src/ and laws/, not dist/.
const conditions = ['source', 'module', 'node', 'development|production'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['node_modules/**', 'dist/**', 'test/bench/**'],
    environment: 'node',
    // The second reporter comes last, so that its one line is the last of the whole run.
    reporters: ['default', './test/reporter.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    restoreMocks: true,
    coverage: { provider: 'v8', include: ['src/**', 'laws/**'], reporter: ['text-summary', 'html'] },
  },
});
