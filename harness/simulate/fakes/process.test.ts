import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRealmThread, type RealmThread } from './testing/realm-thread.ts';

let thread: RealmThread;
beforeAll(async () => {
  thread = await createRealmThread();
});
afterAll(() => thread[Symbol.asyncDispose]());

describe('process', () => {
  it('ends the boot that exits, aborts or signals itself, and lets nothing of it run on', async () => {
    const [trace] = await thread.run(`
      import { exit, kill, on } from 'node:process';
      export async function main({ log, boot }) {
        const ways = [
          () => { on('exit', (code) => log('its exit listener', code)); exit(3); log('never'); },
          () => { setTimeout(() => log('never'), 1); process.abort(); },
          () => kill(process.pid),
          () => { process.on('SIGTERM', (name, number) => log('caught', name, number)); process.kill(process.pid, 'SIGTERM'); },
          () => { process.once('SIGKILL', () => log('never')); process.kill(process.pid, 9); },
          () => { try { process.exit(); } catch { queueMicrotask(() => log('never')); } },
          () => { log(process.kill(process.pid, 0)); try { process.kill(99999, 0); } catch (error) { log(error.code); } },
        ];
        for (const [index, way] of ways.entries()) {
          const one = boot('boot ' + (index + 1));
          one.run(way);
          await new Promise((resolve) => setTimeout(resolve, 5));
          log(one.owner.name, one.failures);
        }
      }`);
    expect(trace).toEqual({
      error: null,
      log: [
        [0, 'its exit listener', 3],
        [5, 'boot 1', [3]],
        [10, 'boot 2', [134]],
        [15, 'boot 3', [143]],
        [15, 'caught', 'SIGTERM', 15],
        [20, 'boot 4', []],
        [25, 'boot 5', [137]],
        [30, 'boot 6', [0]],
        [30, true],
        [30, 'ESRCH'],
        [35, 'boot 7', []],
      ],
    });
  });

  it('refuses to signal others', async () => {
    const [trace] = await thread.run(`
      export async function main({ boot }) {
        boot('boot 1').run(() => process.kill(99999));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }`);
    expect(trace?.error).toMatch(/^process\.kill: signals to other processes cannot be simulated; run this server in /);
  });

  it('gives each boot listeners, environment, number and output of its own', async () => {
    const [trace] = await thread.run(`
      import { env, pid, stderr, stdout } from 'node:process';
      process.env.SHARED = 'real';
      export async function main({ log, boot, interrupt, outputOf, setEnvironment }) {
        const before = process.listenerCount('SIGTERM');
        const [first, second] = [boot('boot 1'), boot('boot 2')];
        setEnvironment(first.owner, { CLAIMCHECK_LEDGER: 'ledger' });
        first.run(() => {
          process.on('SIGTERM', () => log('first asked to end'));
          log(env.CLAIMCHECK_LEDGER, env.SHARED, 'PATH' in process.env, process.pid);
          env.SHARED = 1;
          delete process.env.PATH;
          log(process.env.SHARED, env.PATH === undefined, Object.keys(env).includes('PATH'));
          console.log('a line', { a: 1 });
          console.error('an error');
          stdout.write('raw');
          stderr.write(Buffer.from(' bytes'));
          process.emitWarning('careful');
          process.stdin.on('end', () => log('stdin ended')).resume();
        });
        second.run(() => {
          log(env.CLAIMCHECK_LEDGER === undefined, env.SHARED, process.listenerCount('SIGTERM'), process.pid);
          process.stdout.write('x'.repeat(100_000), () => log('written'));
        });
        await new Promise((resolve) => setTimeout(resolve, 5));
        log(process.listenerCount('SIGTERM') - before, env.SHARED, outputOf(first.owner), outputOf(second.owner).length);
        first.run(() => log(interrupt(first.owner)));
        second.run(() => log(interrupt(second.owner)));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }`);
    expect(trace).toEqual({
      error: null,
      log: [
        [0, 'ledger', 'real', true, 1],
        [0, '1', true, false],
        [0, 'stdin ended'],
        [0, true, 'real', 0, 2],
        [0, 'written'],
        [5, 0, 'real', 'a line { a: 1 }\nan error\nraw bytes', 65_536],
        [5, 'first asked to end'],
        [5, true],
        [5, false],
      ],
    });
  });
});

describe('unhandled-errors', () => {
  it('end the boot they happen in, unless it listens for them', async () => {
    const [trace] = await thread.run(`
      export async function main({ log, boot }) {
        const ways = [
          () => { Promise.reject(new Error('rejected')); },
          () => { (async () => { await null; throw new Error('thrown later'); })(); },
          () => {
            process.on('unhandledRejection', (error, promise) => log('heard', error.message, promise instanceof Promise));
            Promise.reject(new Error('rejected'));
          },
          () => {
            process.on('uncaughtException', (error, origin) => log('caught', error.message, origin));
            setTimeout(() => { throw new Error('in a timer'); }, 1);
            Promise.reject(new Error('a rejection'));
          },
          () => { const late = Promise.reject(new Error('handled')); queueMicrotask(() => late.catch(() => log('in time'))); },
        ];
        for (const [index, way] of ways.entries()) {
          const one = boot('boot ' + (index + 1));
          one.run(way);
          await new Promise((resolve) => setTimeout(resolve, 5));
          log(one.failures);
        }
      }`);
    expect(trace).toEqual({
      error: null,
      log: [
        [5, ['rejected']],
        [10, ['thrown later']],
        [10, 'heard', 'rejected', true],
        [15, []],
        [15, 'caught', 'a rejection', 'unhandledRejection'],
        [16, 'caught', 'in a timer', 'uncaughtException'],
        [20, []],
        [20, 'in time'],
        [25, []],
      ],
    });
  });

  it('end the run when they are the own fault of the harness', async () => {
    const [trace] = await thread.run(`
      export async function main() {
        setTimeout(() => Promise.reject(new Error('ours')), 1);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }`);
    expect(trace?.error).toBe('ours');
  });
});
