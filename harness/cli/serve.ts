import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT } from '../model/exit-code.ts';
import type { Command } from './command.ts';

/** The reference server as a process of its own; every option goes to it as it is. */
export const serve: Command = {
  name: 'serve',
  summary: 'the reference server, over stdio or HTTP (its options: claimcheck serve --help)',
  attach(parser, { package: { root }, cwd, signal, end }) {
    parser
      .helpOption(false)
      .allowUnknownOption()
      .allowExcessArguments()
      .argument('[options...]')
      .action(async (options: readonly string[]) => {
        const program = join(root, 'dist/src/main.js');
        if (!existsSync(program)) throw new Error(`${program} is missing; was the package built? npm run build`);
        end(await runServer([program, ...options], { cwd, signal }));
      });
  },
};

/** Resolves with the server's exit code. Its stdin, stdout and stderr are ours. An interrupt is handed on once. */
function runServer(args: readonly string[], options: { cwd: string; signal: AbortSignal }): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: options.cwd, stdio: 'inherit' });
    const stop = () => child.kill('SIGTERM');
    options.signal.addEventListener('abort', stop, { once: true });
    child.once('error', reject);
    child.once('exit', (code) => {
      options.signal.removeEventListener('abort', stop);
      // A server that was asked to end and did so in order has done what was wanted.
      resolve(code ?? EXIT.interrupted);
    });
  });
}
