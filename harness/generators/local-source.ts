import { fork } from 'node:child_process';
import { extname } from 'node:path';
import { createInlet, type GeneratorLink, type GeneratorSource } from './link.ts';
import { type FromGenerator, fromGeneratorSchema, type ToGenerator } from './message.ts';

// When it is told to go it has nothing left to do.
const EXIT_MS_MAX = 2_000;

/** Generators as processes of this machine, which end with this one. */
export const localSource: GeneratorSource = {
  where: 'processes of this machine',
  async open({ count, scratch }) {
    return Array.from({ length: count }, (_none, index) => openProcess(`g${index + 1}`, scratch));
  },
};

function openProcess(name: string, scratch: string): GeneratorLink {
  // Beside this file, from sources as from dist.
  const program = new URL(`./worker-main${extname(import.meta.url)}`, import.meta.url);
  // One that is killed cannot clear up after itself.
  const env = { ...process.env, TMPDIR: scratch };
  const child = fork(program, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [], env });
  const inlet = createInlet<FromGenerator>();
  let isDone = false;
  child.on('message', (value) => {
    const message = fromGeneratorSchema.parse(value);
    isDone ||= message.kind === 'done';
    inlet.deliver(message);
  });
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) =>
      resolve(signal === null ? `it ended with code ${code}` : `it ended by ${signal}`),
    );
  });
  const lost = exited.then((why) => (isDone ? new Promise<never>(() => {}) : why));
  return {
    name,
    tell: (message: ToGenerator) =>
      new Promise((resolve) => {
        // Whoever cannot be told any more is lost, and `lost` says so.
        if (!child.connected) resolve();
        else child.send(message, () => resolve());
      }),
    onMessage: inlet.onMessage,
    lost,
    async [Symbol.asyncDispose]() {
      if (child.connected) child.disconnect();
      const late = setTimeout(() => child.kill('SIGKILL'), EXIT_MS_MAX);
      await exited;
      clearTimeout(late);
    },
  };
}
