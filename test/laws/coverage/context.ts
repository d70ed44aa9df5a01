/** Tells the runner of laws which test it runs in. */
import { beforeEach, expect } from 'vitest';

beforeEach(() => {
  const { currentTestName = '', testPath = '' } = expect.getState();
  process.env['PARALENS_LAWS_CONTEXT'] = `${testPath.replace(/.*\//, '')} > ${currentTestName}`;
});
