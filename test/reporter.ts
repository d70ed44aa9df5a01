/**
 * Ends a test run with one plain line, `N passed, N failed, N skipped`, for programs that read the result. Before it
 * stands a line `failed: …` for each failure, so that the end of a long log says what failed.
 *
 * A file that throws while loading, a hook that throws and an error that no test caught have no test of
 * their own to fail: each counts as one failed, so that the line never reads better than the run was.
 */
import type { Reporter, SerializedError, TestModule, TestRunEndReason } from 'vitest/node';

interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const countModule = (module: TestModule): Count => {
  const states = [...module.children.allTests()].map((test) => test.result().state);
  const suites = [module, ...module.children.allSuites()];
  const passed = states.filter((state) => state === 'passed').length;
  const skipped = states.filter((state) => state === 'skipped').length;
  // A test still pending at the end never finished: it did not pass.
  const unpassed = states.length - passed - skipped;
  return { passed, skipped, failed: unpassed + suites.filter((suite) => suite.errors().length > 0).length };
};

const oneLine = (message: string | undefined): string => (message ?? 'never finished').split('\n')[0] ?? '';

const failuresOf = (module: TestModule): readonly string[] => [
  ...[module, ...module.children.allSuites()].flatMap((suite) =>
    suite.errors().map(({ message }) => `${module.relativeModuleId}: ${oneLine(message)}`),
  ),
  ...[...module.children.allTests()].flatMap((test) => {
    const { state, errors } = test.result();
    if (state === 'passed' || state === 'skipped') return [];
    return `${module.relativeModuleId} > ${test.fullName}: ${oneLine(errors?.[0]?.message)}`;
  }),
];

const sum = (counts: readonly Count[], key: keyof Count): number =>
  counts.reduce((total, count) => total + count[key], 0);

export default class ClosingLine implements Reporter {
  onTestRunEnd(
    modules: readonly TestModule[],
    unhandled: readonly SerializedError[],
    reason: TestRunEndReason,
  ): void {
    const counts = modules.map(countModule);
    const seen = sum(counts, 'failed') + unhandled.length;
    // A run that failed as a whole, such as one that found no test, has failed at least once.
    const failed = seen === 0 && (modules.length === 0 || reason !== 'passed') ? 1 : seen;
    const failures = [
      ...modules.flatMap(failuresOf),
      ...unhandled.map(({ message }) => `unhandled: ${oneLine(message)}`),
    ];
    for (const failure of failures) process.stdout.write(`failed: ${failure}\n`);
    const line = `${sum(counts, 'passed')} passed, ${failed} failed, ${sum(counts, 'skipped')} skipped`;
    process.stdout.write(`${line}\n`);
  }
}
