import { defineConfig } from 'vitest/config';

// `source` first: tests import `paralens` and `paralens/laws` by name and get src/ and laws/, not dist/.
const conditions = ['source', 'module', 'node', 'development|production'];

// A test that is run over a hundred times as many examples may take a hundred times as long.
const times = Math.max(1, Number(process.env['PARALENS_LAWS_TIMES'] ?? 1));

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['node_modules/**', 'dist/**', 'test/bench/**'],
    environment: 'node',
    // The second reporter comes last, so that its one line is the last of the whole run.
    reporters: ['default', './test/reporter.ts'],
    testTimeout: 60_000 * times,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    restoreMocks: true,
    coverage: { provider: 'v8', include: ['src/**', 'laws/**'], reporter: ['text-summary', 'html'] },
  },
});
