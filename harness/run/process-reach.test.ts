// What faults do to a running process, on real ones: each prints what it sees.
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeTimeLibrary } from '../services/fake-time.ts';
import { crowdAt } from './crowd.ts';
import { limitFiles } from './files-limit.ts';
import { openMovableClock } from './movable-clock.ts';
import { processPeer, type ServerProcess, startServerProcess } from './server-process.ts';

const guardian = { add: () => {}, remove: () => {}, close: async () => {} };

let folder = '';
let started: ServerProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'claimcheck-reach-'));
  started = [];
});
afterEach(async () => {
  for (const server of started) server.signal('SIGKILL', 'process');
  await Promise.all(started.map(({ exited }) => exited));
  rmSync(folder, { recursive: true, force: true });
});

async function start(
  script: string,
  more: { readonly env?: Record<string, string>; readonly isLogUnread?: boolean } = {},
) {
  const server = await startServerProcess({
    launch: {
      file: process.execPath,
      args: ['-e', script],
      env: { PATH: process.env.PATH ?? '', ...more.env },
      cwd: folder,
    },
    stderrPath: join(folder, 'stderr.log'),
    speaksOnPipes: true,
    guardian,
    isLogUnread: more.isLogUnread ?? false,
  });
  started.push(server);
  return server;
}

/** The next line of its stdout. */
async function line(server: ServerProcess): Promise<string> {
  if (server.lines === null) throw new Error('expected a process on a pipe');
  const [text] = await once(server.lines, 'line');
  return String(text);
}

describe('a running process', () => {
  it.skipIf(fakeTimeLibrary() === null)(
    'gets another time, and keeps its timers (needs libfaketime: apt-get install libfaketime)',
    async () => {
      const clock = openMovableClock(join(folder, 'clock'));
      const tell = 'process.stdin.on("data", () => console.log(Date.now()));console.log("up")';
      const server = await start(tell, { env: { ...clock.env } });
      expect(await line(server)).toBe('up');
      const moved = await clock.jump(server.pid, 7_200_000);
      expect(moved.afterMs - moved.beforeMs).toBeGreaterThanOrEqual(7_200_000);
      server.write('now');
      expect(Number(await line(server)) - Date.now()).toBeGreaterThan(7_000_000);
      await clock.jump(server.pid, -14_400_000);
      server.write('now');
      expect(Number(await line(server)) - Date.now()).toBeLessThan(-7_000_000);
      const other = await start('setInterval(() => {}, 1000);console.log("up")');
      await line(other);
      await expect(clock.jump(other.pid, 1)).rejects.toThrow('does not take its time from libfaketime');
    },
  );

  it.skipIf(process.platform !== 'linux')(
    'may open so many files and no more (needs Linux: run it there)',
    async () => {
      const open =
        'process.stdin.on("data", () => { const fs = require("fs"); const held = []; try { for (;;) held.push(fs.openSync(';
      const server = await start(
        `${open}"/dev/null")); } catch (error) { console.log(error.code, held.length < 40) } held.forEach(fs.closeSync) });console.log("up")`,
      );
      await line(server);
      expect(await limitFiles(server.pid, 40)).toEqual({ filesMax: 40 });
      server.write('open');
      expect(await line(server)).toBe('EMFILE true');
      expect((await limitFiles(server.pid, null)).filesMax).toBeGreaterThan(40);
    },
  );

  it('writes to nobody while its output is held, and all of it comes afterwards', async () => {
    const server = await start('process.stdin.on("data", () => console.log("x".repeat(300)));console.log("up")');
    await line(server);
    server.holdOutput(true);
    for (let count = 0; count < 3; count += 1) server.write('more');
    await expect.poll(() => server.holdOutput(true)).toBeGreaterThan(0);
    const came = line(server);
    server.holdOutput(false);
    expect(await came).toHaveLength(300);
  });

  it('has in its log what nobody read while it ran', async () => {
    const server = await start('console.error("said");setTimeout(() => process.exit(3), 50)', { isLogUnread: true });
    expect(await server.exited).toEqual({ code: 3, signal: null });
    await expect.poll(() => readFileSync(join(folder, 'stderr.log'), 'utf8')).toBe('said\n');
  });

  it('gets a line in pieces, and what was sent meanwhile behind it', async () => {
    const server = await start('process.stdin.pipe(process.stdout)');
    const lines: string[] = [];
    const slept: number[] = [];
    const peer = processPeer(server, async (ms) => {
      slept.push(ms);
      if (slept.length === 1) peer.write('second');
    });
    peer.onLine((text) => lines.push(text));
    expect(await peer.trickle?.('the first: ü', { sliceBytes: 4, everyMs: 9 })).toBe(true);
    await expect.poll(() => lines).toEqual(['the first: ü', 'second']);
    expect(slept).toEqual([9, 9, 9]);
  });
});

describe('a crowd', () => {
  it('is counted: who was let in, who was answered, whose connection was ended', async () => {
    const server = createServer((_request, response) => response.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const url = new URL(`http://127.0.0.1:${port}/mcp`);
    const stay = () => once(server, 'never').then(() => {});
    const whole = await crowdAt(url, { connections: 5, says: 'whole', forMs: 9 }, stay);
    expect(whole).toEqual({ connections: 5, opened: 5, refused: 0, answered: 5, ended: 5 });
    let seen = 0;
    server.on('connection', () => {
      seen += 1;
    });
    const half = await crowdAt(url, { connections: 3, says: 'half', forMs: 9 }, () => expect.poll(() => seen).toBe(3));
    expect(half).toMatchObject({ opened: 3, answered: 0, ended: 0 });
    await new Promise((resolve) => server.close(resolve));
    const late = await crowdAt(url, { connections: 2, says: 'whole', forMs: 9 }, stay);
    expect(late).toMatchObject({ opened: 0, refused: 2 });
  });
});
