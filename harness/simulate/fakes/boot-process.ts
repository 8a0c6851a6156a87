import { Console } from 'node:console';
import { EventEmitter } from 'node:events';
import { Readable, Writable } from 'node:stream';
import type { Owner } from '../world.ts';
import { keptForRun } from './kept-for-run.ts';

// As much as a report shows of a server's last words.
const OUTPUT_CHARACTERS_MAX = 64 * 1024;

/** What one boot has of a process: its own environment, listeners, streams and console. */
export interface BootProcess {
  /** Its copy of this environment, made when it is first asked for. */
  environment(real: NodeJS.ProcessEnv): Record<string, string>;
  setVariables(variables: Readonly<Record<string, string>>): void;
  /** What it registered by process.on. */
  readonly listeners: EventEmitter;
  stdin(): Readable;
  stdout(): Writable;
  stderr(): Writable;
  console(): Console;
  /** The end of all it wrote to stdout and stderr, in order. */
  output(): string;
  write(text: string): void;
}

// A property of each owner that only the fakes know: kept beside it, and gone with it.
const processes = keptForRun<Owner, BootProcess>();

/** Its process, made at first sight. */
export function bootProcessOf(owner: Owner): BootProcess {
  const known = processes.get(owner);
  if (known !== undefined) return known;
  const made = createBootProcess();
  processes.set(owner, made);
  return made;
}

/** Sets variables in the boot's copy of the environment. To be called before its server is started. */
export function setEnvironment(owner: Owner, variables: Readonly<Record<string, string>>): void {
  bootProcessOf(owner).setVariables(variables);
}

/** The last 64 KiB a boot wrote to stdout and stderr. */
export function outputOf(owner: Owner): string {
  return processes.get(owner)?.output() ?? '';
}

/** Calls a boot's own listeners of an event of the process; false: it has none. To be called in the boot. */
export function tellProcess(owner: Owner, event: string, ...values: unknown[]): boolean {
  return processes.get(owner)?.listeners.emit(event, ...values) ?? false;
}

function createBootProcess(): BootProcess {
  let kept = '';
  const write = (text: string) => {
    kept = (kept + text).slice(-OUTPUT_CHARACTERS_MAX);
  };
  const variables: Record<string, string> = {};
  // Most boots of a search touch none of these: each is made when it is.
  const environment = once((real: NodeJS.ProcessEnv) => copied(real, variables));
  const stdin = once(() => Readable.from([]));
  const stdout = once(() => sink(write));
  const stderr = once(() => sink(write));
  const ownConsole = once(() => new Console({ stdout: stdout(), stderr: stderr(), colorMode: false }));
  return {
    environment,
    setVariables: (more) => void Object.assign(variables, more),
    // Many modules of one server may each listen for SIGTERM.
    listeners: new EventEmitter().setMaxListeners(0),
    stdin,
    stdout,
    stderr,
    console: ownConsole,
    output: () => kept,
    write,
  };
}

function once<Args extends unknown[], Value>(make: (...args: Args) => Value): (...args: Args) => Value {
  let made: { readonly value: Value } | null = null;
  return (...args) => {
    made ??= { value: make(...args) };
    return made.value;
  };
}

function sink(take: (text: string) => void): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk: unknown, _encoding, done) {
      take(String(chunk));
      done();
    },
  });
}

/** As the real one does, it keeps strings only. Copied when more is done than to look at one of them, which is all that most boots do. */
function copied(environment: NodeJS.ProcessEnv, variables: Readonly<Record<string, string>>): Record<string, string> {
  let copy: Record<string, string> | null = null;
  const whole = () => {
    if (copy !== null) return copy;
    copy = {};
    for (const [name, value] of Object.entries(environment)) if (value !== undefined) copy[name] = value;
    return Object.assign(copy, variables);
  };
  return new Proxy<Record<string, string>>(
    {},
    {
      get(_, name) {
        if (copy !== null || typeof name !== 'string') return Reflect.get(whole(), name);
        return Object.hasOwn(variables, name) ? variables[name] : environment[name];
      },
      set: (_, name, value) => Reflect.set(whole(), name, String(value)),
      has: (_, name) => Reflect.has(whole(), name),
      deleteProperty: (_, name) => Reflect.deleteProperty(whole(), name),
      ownKeys: () => Reflect.ownKeys(whole()),
      getOwnPropertyDescriptor: (_, name) => Reflect.getOwnPropertyDescriptor(whole(), name),
      defineProperty: (_, name, descriptor) => Reflect.defineProperty(whole(), name, descriptor),
    },
  );
}
