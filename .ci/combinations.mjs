// `npm run combinations`: every store with every queue on the real engines, in real processes, as one table. Takes some minutes.
// What `npm test` tries of it are the usual pairs.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const child = spawn(process.execPath, [vitest, 'run', '--project', 'e2e', 'src/stores/combinations'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, CLAIMCHECK_COMBINATIONS: 'all' },
});
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
});
