import { Console } from 'node:console';
import { EventEmitter } from 'node:events';
import { Readable, Writable } from 'node:stream';
import type { Owner } from '../world.ts';

// As much as a report shows of a server's last words.
const OUTPUT_CHARACTERS_MAX = 64 * 1024;

/** What one boot has of a process: its own environment, listeners, streams and console. */
export interface BootProcess {
  /** Its copy of this environment, made when it is first asked for. */
  environment(real: NodeJS.ProcessEnv): Record<string, string>;
  /** What it registered by process.on. */
  readonly listeners: EventEmitter;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly console: Console;
  /** The end of all it wrote to stdout and stderr, in order. */
  output(): string;
  write(text: string): void;
}

// A property of each owner that only the fakes know: kept beside it, and gone with it.
const processes = new WeakMap<Owner, BootProcess>();

/** Its process, made at first sight. */
export function bootProcessOf(owner: Owner): BootProcess {
  const known = processes.get(owner);
  if (known !== undefined) return known;
  const made = createBootProcess();
  processes.set(owner, made);
  return made;
}

/** Sets variables in the boot's copy of the environment. To be called by the harness, before the server is started. */
export function setEnvironment(owner: Owner, variables: Readonly<Record<string, string>>): void {
  Object.assign(bootProcessOf(owner).environment(process.env), variables);
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
  let environment: Record<string, string> | undefined;
  const write = (text: string) => {
    kept = (kept + text).slice(-OUTPUT_CHARACTERS_MAX);
  };
  const sink = () =>
    new Writable({
      decodeStrings: false,
      write(chunk: unknown, _encoding, done) {
        write(String(chunk));
        done();
      },
    });
  const [stdout, stderr] = [sink(), sink()];
  return {
    environment(real) {
      environment ??= copied(real);
      return environment;
    },
    // Many modules of one server may each listen for SIGTERM.
    listeners: new EventEmitter().setMaxListeners(0),
    stdin: Readable.from([]),
    stdout,
    stderr,
    console: new Console({ stdout, stderr, colorMode: false }),
    output: () => kept,
    write,
  };
}

/** As the real one does, it keeps strings only. */
function copied(environment: NodeJS.ProcessEnv): Record<string, string> {
  const copy: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) if (value !== undefined) copy[name] = value;
  return new Proxy(copy, {
    set(target, name, value) {
      return Reflect.set(target, name, String(value));
    },
  });
}
