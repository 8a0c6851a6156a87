import { createServer, type IncomingMessage } from 'node:http';
import { createSystemClock } from '../../model/clock.ts';
import { messageOf } from '../../model/usage-error.ts';
import { startGuardian } from '../../run/guardian.ts';
import { type RunningService, serviceUnits, startService } from '../index.ts';

/** What a suite is told of the engines before it starts. */
export interface EngineNotice {
  /** Where engines are asked for. */
  readonly broker: string;
  /** '' for those that are here; else what it takes to get it, as it ends the title of a suite that is left out. */
  readonly needs: Readonly<Record<string, string>>;
}

/**
 * Starts engines for suites in other processes, when they ask: `POST /shared/ID` gives the one that all suites share, `POST
 * /own/ID?variant=V` a new one, `POST /own/NUMBER/kill` (pause, resume, stop, restart, end) strikes that. Answers in JSON.
 */
export async function openEngineBroker(): Promise<EngineNotice & AsyncDisposable> {
  const ending = new AbortController();
  const host = { clock: createSystemClock(), signal: ending.signal, guard: startGuardian };
  const shared = new Map<string, Promise<RunningService>>();
  const own: Promise<RunningService>[] = [];

  const start = (id: string | undefined, variant: string | null) => {
    const service = Object.values(serviceUnits).find(({ meta }) => meta.id === id);
    if (service === undefined) throw new Error(`expected an engine, got ${id}`);
    return startService(service, { ...host, ...(variant === null ? {} : { variant }) });
  };
  const answer = async ({ url = '' }: IncomingMessage): Promise<object> => {
    const { pathname, searchParams } = new URL(url, 'http://broker');
    const [, kind, what = '', act] = pathname.split('/');
    if (kind === 'shared') {
      const running = shared.get(what) ?? start(what, null);
      shared.set(what, running);
      return { url: (await running).url };
    }
    if (act === undefined) {
      const running = start(what, searchParams.get('variant'));
      own.push(running);
      const number = own.length - 1;
      return { url: (await running).url, number };
    }
    const running = await own[Number(what)];
    if (running === undefined) throw new Error(`expected the number of an engine, got ${what}`);
    await strike(running, act);
    return {};
  };

  const server = createServer((request, response) => {
    answer(request).then(
      (body) => response.writeHead(200).end(JSON.stringify(body)),
      (error: unknown) => response.writeHead(500).end(messageOf(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error(`expected a TCP address, got ${address}`);
  return {
    broker: `http://127.0.0.1:${address.port}`,
    needs: await missingEngines(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      const started = await Promise.allSettled([...shared.values(), ...own]);
      const running = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      await Promise.all(running.map((one) => one[Symbol.asyncDispose]()));
      ending.abort();
    },
  };
}

async function strike(running: RunningService, act: string): Promise<void> {
  if (act === 'kill') await running.kill();
  else if (act === 'pause') await running.pause();
  else if (act === 'resume') await running.resume();
  else if (act === 'stop') await running.stop();
  else if (act === 'restart') await (await running.restart()).ready;
  else if (act === 'end') await running[Symbol.asyncDispose]();
  else throw new Error(`expected kill, pause, resume, stop, restart or end, got ${act}`);
}

async function missingEngines(): Promise<Readonly<Record<string, string>>> {
  const looked = Object.values(serviceUnits).map(async (service) => {
    const { id, program, install } = service.meta;
    const finding = await service.find();
    return [id, finding.found ? '' : `(needs ${program}: ${install})`] as const;
  });
  return Object.fromEntries(await Promise.all(looked));
}
