import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { rolldown } from 'rolldown';
import { z } from 'zod';

/**
 * Runs small programs in a thread whose platform is virtual, as a server's code runs there: the realm is entered first, then
 * the program is loaded as a module of its own, with named imports of node: modules.
 *
 * A program is the text of a module with `export async function main({ world, log, boot, real, directory })`:
 * `log(...values)` adds to what the run returns; `boot(name)` makes an owner `{ owner, run(act), kill(), failures }`;
 * `real` has what was there before; `directory` is an empty folder of the program.
 */
export interface RealmThread extends AsyncDisposable {
  /** Runs it in a fresh thread, `times` times in as many worlds, and gives what it logged each time. */
  run(program: string, options?: ProgramOptions): Promise<readonly Trace[]>;
  /** The same in a process of another Node. */
  runUnder(executable: string, program: string, options?: ProgramOptions): Promise<readonly Trace[]>;
}

export interface ProgramOptions {
  readonly seed?: number;
  readonly times?: number;
}

export interface Trace {
  readonly log: readonly unknown[];
  /** The message of what ended the run, if anything did. */
  readonly error: string | null;
}

const traces = z.array(z.strictObject({ log: z.array(z.unknown()), error: z.string().nullable() }));

export async function createRealmThread(): Promise<RealmThread> {
  const directory = mkdtempSync(join(tmpdir(), 'claimcheck-realm-'));
  const realm = join(directory, 'realm.mjs');
  await bundle(realm);
  const entry = join(directory, 'entry.mjs');
  writeFileSync(entry, ENTRY);
  let programs = 0;
  const dataFor = (text: string, { seed = 1, times = 1 }: ProgramOptions = {}) => {
    programs += 1;
    const program = join(directory, `program-${programs}.mjs`);
    writeFileSync(program, text);
    const folder = join(directory, `data-${programs}`);
    mkdirSync(folder);
    return { realm: pathToFileURL(realm).href, program: pathToFileURL(program).href, directory: folder, seed, times };
  };
  return {
    run: (program, options) => inWorker(entry, dataFor(program, options)),
    async runUnder(executable, program, options) {
      const data = JSON.stringify(dataFor(program, options));
      const { stdout } = await promisify(execFile)(executable, [entry, data]);
      return traces.parse(JSON.parse(stdout));
    },
    async [Symbol.asyncDispose]() {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function bundle(file: string): Promise<void> {
  const simulate = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
  const bundled = await rolldown({
    input: 'entry',
    platform: 'node',
    external: [/^libsql/],
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'entry' ? '\0entry' : null),
        load: (id) =>
          id === '\0entry'
            ? [
                'realm.ts',
                'fakes/process.ts',
                'fakes/boot-process.ts',
                'fakes/databases.ts',
                'fakes/open-files.ts',
                '../model/prng.ts',
              ]
                .map((name) => `export * from ${JSON.stringify(join(simulate, name))};`)
                .join('\n')
            : null,
      },
    ],
  });
  await bundled.write({ file, format: 'esm' });
  await bundled.close();
}

function inWorker(entry: string, data: object): Promise<readonly Trace[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(entry, { workerData: data });
    worker.once('error', reject);
    worker.once('message', (message) => {
      resolve(traces.parse(message));
    });
    worker.once('exit', (code) => reject(new Error(`the thread ended with code ${code} and said nothing`)));
  });
}

const ENTRY = `
import { mkdirSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
const data = workerData ?? JSON.parse(process.argv[2]);
const say = (value) => (parentPort ? parentPort.postMessage(value) : process.stdout.write(JSON.stringify(value)));
const real = { setTimeout, setImmediate, Date, now: Date.now, random: Math.random, performanceNow: performance.now.bind(performance) };
const { enterRealm, createPrng, ...rest } = await import(data.realm);
const realm = enterRealm();
const { main } = await import(data.program);
const all = [];
for (let time = 0; time < data.times; time += 1) {
  const log = [];
  const directory = data.directory + '/' + time;
  mkdirSync(directory);
  const world = realm.createWorld({ seed: data.seed, epochMs: Date.UTC(2030, 0, 1) });
  const boot = (name) => {
    let isAlive = true;
    const failures = [];
    const owner = {
      name,
      isAlive: () => isAlive,
      draw: createPrng(data.seed, name),
      failed(error) {
        if (!isAlive || rest.survives(owner, error)) return;
        failures.push(error.message);
        isAlive = false;
      },
      exited(code) { failures.push(code); isAlive = false; },
    };
    return { owner, failures, run: (act) => world.schedule(owner, 0, act), kill() { isAlive = false; } };
  };
  let error = null;
  const say = (...values) => log.push([world.nowMs(), ...values]);
  try {
    await world.run(() => main({ world, log: say, boot, real, directory, ...rest }));
  } catch (thrown) {
    error = thrown.message;
  }
  all.push(JSON.parse(JSON.stringify({ log, error })));
}
realm.leave();
say(all);
`;
