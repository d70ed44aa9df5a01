/** Tests that need a service beside them: a broker. Not part of `npm test`; `npm run test:services`. */
import { execFileSync } from 'node:child_process';
import { common as base } from '../../vitest.config.js';

try {
  execFileSync('nats-server', ['--version'], { stdio: 'ignore' });
} catch {
  process.stderr.write(
    'test:services is skipped, as there is no nats-server: `apt-get install -y nats-server`, or a binary of https://nats.io/download in the PATH\n',
  );
  process.exit(0);
}

export default { ...base, test: { ...base.test, include: ['test/services/**/*.service.ts'] } };
