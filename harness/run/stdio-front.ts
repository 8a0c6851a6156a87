import type { Readable, Writable } from 'node:stream';
import { createStdioShim } from '../execution/stdio-shim.ts';
import type { Clock } from '../model/clock.ts';
import type { ServerControl } from '../model/fault.ts';
import { openClientPipe, PIPE } from './client-pipe.ts';
import type { Front, FrontParts } from './interposition.ts';
import { processPeer } from './server-process.ts';
import type { Supervisor } from './supervisor.ts';

/** What a client sees when its server dies: `close`: its pipe closes, as without us. `revive`: the pipe stays, a new boot answers. */
export type OnCrash = 'close' | 'revive';

/** The way in of a client that starts us as its server and speaks over our stdin and stdout. */
export function stdioFront(how: {
  readonly input: Readable;
  readonly output: Writable;
  readonly onCrash: OnCrash;
}): (parts: FrontParts) => Promise<Front> {
  return async ({ witness, link, clock, launch }) => {
    const { onCrash, input, output } = how;
    const revives = onCrash === 'revive';
    const pipe = openClientPipe({ input, output, witness });
    let crashed: (why: string) => void = () => {};
    const crash = new Promise<string>((resolve) => {
      crashed = resolve;
    });
    const closeConnections = async (): Promise<never> => {
      throw new Error('a pipe is closed with its process and not alone');
    };
    const { supervise } = await launch({ revives, closeConnections });
    const supervisor =
      supervise?.(async ({ boot, server, withinMs }) => {
        if (server === null) throw new Error('a stdio server without a process');
        const onSwallowed = (rpcId: number | string) => witness.swallowed(PIPE, rpcId);
        const tagOf = witness.tagOf.bind(witness);
        const shim = createStdioShim({
          ...link,
          tagOf,
          conn: PIPE,
          peer: processPeer(server, link.sleep),
          onSwallowed,
        });
        if (!revives) void server.exited.then(() => crashed('the server ended, and its pipe with it'));
        await within(withinMs, clock, pipe.attach(shim, boot));
      }) ?? null;
    if (supervisor === null) throw new Error('a pipe needs a server that we start');
    return {
      supervisor,
      control: revives ? supervisor : oneBoot(supervisor),
      async open() {
        await supervisor.start('harness');
      },
      ended: Promise.race([pipe.ended, crash]),
      async close() {
        pipe.close();
      },
    };
  };
}

/** What dies stays dead: a client whose pipe is closed starts its next server itself. */
function oneBoot(supervisor: Supervisor): ServerControl {
  return {
    get boot() {
      return supervisor.boot;
    },
    get pid() {
      return supervisor.pid;
    },
    kill: (by) => supervisor.kill(by),
    terminate: (how) => supervisor.terminate(how),
    pause: (by) => supervisor.pause(by),
    resume: (by) => supervisor.resume(by),
    sleep: (ms) => supervisor.sleep(ms),
    async start() {
      throw new Error('the pipe of the client closed with the server; another boot would be nobody to it');
    },
  };
}

/** Throws when it takes longer. */
async function within(ms: number, clock: Clock, work: Promise<void>): Promise<void> {
  const known = new AbortController();
  const limit = clock.sleep(ms, known.signal).then(
    () => true,
    () => false, // It was done before.
  );
  try {
    const isLate = await Promise.race([work.then(() => false), limit]);
    if (isLate) throw new Error(`the greeting of its client was not answered within ${ms} ms`);
  } finally {
    known.abort(new Error('it is done'));
  }
}
