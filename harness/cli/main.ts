#!/usr/bin/env node
import { EXIT } from '../model/exit-code.ts';
import { execute } from './program.ts';

// The program: everything of the process is taken here and handed on.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  // The reader has gone (`| head`): there is nobody left to tell, unless a command has an end of its own for that.
  if (process.stdout.listenerCount('error') === 1) process.exit(process.exitCode ?? EXIT.valid);
});
const exitCode = await execute({
  argv: process.argv.slice(2),
  cwd: process.cwd(),
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
});
process.exitCode = exitCode;
// Pipes are written asynchronously: end only when everything is out. Nothing of ours is running any more by now.
process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)));
