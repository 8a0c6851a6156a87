import { constants } from 'node:os';
import type { Owner, World } from '../world.ts';
import { type BootProcess, bootProcessOf, tellProcess } from './boot-process.ts';
import type { Fake, FakeContext } from './fake.ts';
import { refuse } from './refusal.ts';
import { type Call, define, functionAt, isCall, overrideEach, replace, undoAll } from './replacement.ts';

const LISTENING = [
  'on',
  'addListener',
  'once',
  'off',
  'removeListener',
  'removeAllListeners',
  'prependListener',
  'prependOnceListener',
  'emit',
  'listeners',
  'rawListeners',
  'listenerCount',
  'eventNames',
];
const OF_THE_THREAD: ReadonlySet<unknown> = new Set([
  'unhandledRejection',
  'rejectionHandled',
  'uncaughtException',
  'uncaughtExceptionMonitor',
  'beforeExit',
  'exit',
]);
// 128 and the number of the signal: what a shell says of a process that died of it.
const SIGNAL_CODE_BASE = 128;

/**
 * The process as a boot sees it: exit, abort and signals to itself end that boot alone; its listeners, environment, output
 * and number are its own. The harness in the same thread sees the real one.
 */
export const PROCESS: Fake = {
  meta: {
    id: 'process',
    title: 'The process',
    description: 'process.exit, signals, listeners, environment, stdio and console belong to the boot.',
    source: 'https://nodejs.org/api/process.html',
  },
  install(context) {
    const own = () => bootOf(context);
    const dispatched = (real: object, ofBoot: (boot: BootProcess) => object) => {
      return dispatching(() => {
        const boot = own();
        return boot === null ? real : ofBoot(bootProcessOf(boot));
      });
    };
    const { env, pid } = process;
    const streams = ['stdin', 'stdout', 'stderr'] as const;
    const consoleNames = Object.keys(console).filter((name) => name !== 'Console');
    return undoAll([
      overrideForBoots(
        context,
        process,
        ['exit', 'reallyExit'],
        () =>
          (_world, owner, [code]) =>
            leave(owner, code),
      ),
      overrideForBoots(context, process, ['abort'], () => (_world, owner) => {
        return leave(owner, SIGNAL_CODE_BASE + constants.signals.SIGABRT);
      }),
      overrideForBoots(context, process, ['kill'], () => (world, owner, args) => kill({ world, owner, pid }, args)),
      overrideForBoots(context, process, ['chdir'], () => (world) => refuse(world, 'process.chdir', 'another folder')),
      overrideForBoots(context, process, LISTENING, (name, real) => (_world, owner, args) => {
        // The platform itself tells the thread of these, whoever runs.
        if (name === 'emit' && OF_THE_THREAD.has(args[0])) return Reflect.apply(real, process, args);
        const { listeners } = bootProcessOf(owner);
        const result = Reflect.apply(functionAt(listeners, name), listeners, args);
        return result === listeners ? process : result;
      }),
      replace(
        process,
        'env',
        dispatched(env, (boot) => boot.environment(env)),
      ),
      define(process, 'pid', { get: () => numberOf(own()) ?? pid }),
      ...streams.map((name) => {
        const getter = Object.getOwnPropertyDescriptor(process, name)?.get;
        // The real stream is made when it is first used, as ever.
        const real = () => Object(getter === undefined ? undefined : Reflect.apply(getter, process, []));
        const stream = dispatching(() => {
          const boot = own();
          return boot === null ? real() : bootProcessOf(boot)[name]();
        });
        return define(process, name, { get: () => stream });
      }),
      overrideForBoots(context, console, consoleNames, (name) => (_world, owner, args) => {
        const own = bootProcessOf(owner).console();
        return Reflect.apply(functionAt(own, name), own, args);
      }),
    ]);
  },
};

/** Asks a boot to end, as SIGTERM and SIGINT do; false: it does not listen for it. To be called in the boot. */
export function interrupt(owner: Owner, signal: 'SIGTERM' | 'SIGINT' = 'SIGTERM'): boolean {
  return tellProcess(owner, signal, signal, constants.signals[signal]);
}

/** Offers an error that nobody caught to a boot's own listeners; false: it does not listen, and dies of it. */
export function survives(
  owner: Owner,
  error: unknown,
  origin: 'uncaughtException' | 'unhandledRejection' = 'uncaughtException',
): boolean {
  try {
    return tellProcess(owner, 'uncaughtException', error, origin);
  } catch {
    // The listener ended the boot itself; or it failed in turn, which ends a process whatever the error was.
    return !owner.isAlive();
  }
}

/** Thrown where a boot ended itself: nothing after that call is to run. */
class ProcessEnded extends Error {
  override readonly name = 'ProcessEnded';
}

function leave(owner: Owner, code: unknown): never {
  const number = Number(code ?? 0);
  if (owner.isAlive()) {
    tellProcess(owner, 'exit', number);
    if (owner.exited === undefined) owner.failed(new Error(`process.exit(${number})`));
    else owner.exited(number);
  }
  throw new ProcessEnded(`process.exit(${number})`);
}

interface Killing {
  readonly world: World;
  readonly owner: Owner;
  /** Of the real process, in case the server read it before. */
  readonly pid: number;
}

/** A signal to itself: its own listeners take it, or it dies of it. 0 asks whether a process is there. */
function kill({ world, owner, pid }: Killing, [target, signal = 'SIGTERM']: unknown[]): true {
  const isSelf = target === numberOf(owner) || target === pid || target === 0;
  if (signal === 0 && isSelf) return true;
  if (signal === 0) throw Object.assign(new Error('kill ESRCH'), { code: 'ESRCH', errno: -3, syscall: 'kill' });
  if (!isSelf) return refuse(world, 'process.kill', 'signals to other processes');
  const known = Object.entries(constants.signals).find(([name, number]) => name === signal || number === signal);
  if (known === undefined) throw new TypeError(`Unknown signal: ${String(signal)}`);
  const [name, number] = known;
  world.schedule(owner, 0, () => {
    if (name === 'SIGKILL' || !tellProcess(owner, name, name, number)) leave(owner, SIGNAL_CODE_BASE + number);
  });
  return true;
}

/** Replaces functions for the code of boots; the harness keeps the originals. */
function overrideForBoots(
  context: FakeContext,
  target: object,
  names: readonly string[],
  act: (name: string, real: Call) => (world: World, owner: Owner, args: unknown[]) => unknown,
): () => void {
  return overrideEach(context, target, names, (name, real) => {
    const own = act(name, real);
    return (world, args, self) => {
      const owner = world.current();
      return owner === world.harness ? Reflect.apply(real, self, args) : own(world, owner, args);
    };
  });
}

/** The boot whose code runs; null: the harness's does. */
function bootOf(context: FakeContext): Owner | null {
  const world = context.world();
  const owner = world?.current();
  return owner === undefined || owner === world?.harness ? null : owner;
}

/** A boot's number stands in its name. */
function numberOf(owner: Owner | null): number | null {
  const digits = owner?.name.match(/\d+$/)?.[0];
  return digits === undefined ? null : Number(digits);
}

/** One object that is, at every access, the one that holds for whose code runs: a named import stays good for every boot. */
function dispatching(target: () => object): object {
  return new Proxy(
    {},
    {
      get(_, key) {
        const object = target();
        const value: unknown = Reflect.get(object, key, object);
        return isCall(value) ? value.bind(object) : value;
      },
      set: (_, key, value) => Reflect.set(target(), key, value),
      has: (_, key) => Reflect.has(target(), key),
      deleteProperty: (_, key) => Reflect.deleteProperty(target(), key),
      ownKeys: () => Reflect.ownKeys(target()),
      getOwnPropertyDescriptor(_, key) {
        const descriptor = Reflect.getOwnPropertyDescriptor(target(), key);
        return descriptor === undefined ? undefined : { ...descriptor, configurable: true };
      },
      defineProperty: (_, key, descriptor) => Reflect.defineProperty(target(), key, descriptor),
      getPrototypeOf: () => Reflect.getPrototypeOf(target()),
    },
  );
}
