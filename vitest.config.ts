import { defineConfig, mergeConfig } from 'vitest/config';

// `source` first: tests import `paralens` and `paralens/laws` by name and get src/ and laws/, not dist/.
const conditions = ['source', 'module', 'node', 'development|production'];

// `npm test` asks two fifths of each law's examples; `.ci/run` asks all of them, on all backends, in its step for laws.
const { PARALENS_LAWS_TIMES: times = '0.4' } = process.env;
// A thorough run of the laws takes as much longer as it has more examples.
const patience = 60_000 * Math.max(1, Number(times));

/** What all test runs have in common. */
export const common = defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    exclude: ['node_modules/**', 'dist/**', 'test/bench/**'],
    environment: 'node',
    setupFiles: ['test/setup.ts'],
    // The second reporter comes last, so that its one line is the last of the whole run.
    reporters: ['default', './test/reporter.ts'],
    // Here a test's own time-out is what a check may take.
    env: { PARALENS_LAWS_SECONDS: 'Infinity', PARALENS_LAWS_TIMES: times },
    testTimeout: patience,
    hookTimeout: patience,
    pool: 'forks',
    maxWorkers: 2,
    restoreMocks: true,
    unstubEnvs: true,
    coverage: { provider: 'v8', include: ['src/**', 'laws/**'], reporter: ['text-summary', 'html'] },
  },
});

export default mergeConfig(
  common,
  defineConfig({
    test: {
      include: ['test/**/*.test.ts'],
      // Files share the modules of their worker: half of the time was loading them again for each file. So each must leave
      // nothing running behind: a reader that goes on for ever takes its share of every turn of the tests after it.
      isolate: false,
    },
  }),
);
