import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSystemClock } from '../model/clock.ts';
import { type OpenBenchmarks, repeated } from '../model/testing/benchmark.ts';
import { createFrameLog } from './frame-log.ts';
import { createLedger } from './ledger.ts';
import { readMessage } from './message-text.ts';
import { createRecorder } from './recorder.ts';

const FLUSH_CHARACTERS = 64 * 1024; // As the recorder: what is compared is the work around the write, not the buffer's size.
const TEXT = JSON.stringify({
  jsonrpc: '2.0',
  id: 417,
  result: {
    resultType: 'complete',
    taskId: '0f9a61c2d44e4b7c9d1a2b3c4d5e6f70',
    status: 'working',
    statusMessage: 'step 3 of 8',
    createdAt: '2026-11-21T10:00:00.000Z',
    lastUpdatedAt: '2026-11-21T10:00:01.250Z',
    ttlMs: 86_400_000,
    pollIntervalMs: 500,
    _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'claimcheck', version: '0.1.0' } },
  },
});

/** What happens to each message between its sender and its receiver: it is recorded, and the ledger is looked at. */
export const openBenchmarks: OpenBenchmarks = async () => {
  const directory = mkdtempSync(join(tmpdir(), 'claimcheck-bench-'));
  const clock = createSystemClock();
  const recorder = createRecorder({ path: join(directory, 'history.jsonl'), clock, time: 'real' });
  const frames = createFrameLog({ recorder, mode: 'full', transport: 'http', drain: () => {} });
  const head = readMessage(TEXT);
  const bytes = Buffer.byteLength(TEXT);
  const plainFile = openSync(join(directory, 'plain.jsonl'), 'w');
  const plainWrite = bufferedWriter(plainFile);
  let seq = 0;

  const ledgerPath = join(directory, 'ledger.jsonl');
  const idleFile = openSync(ledgerPath, 'w+');
  writeSync(idleFile, '{"token":"token-1","phase":"commit"}\n');
  const ledger = createLedger({
    path: ledgerPath,
    copyTo: null,
    originNs: clock.originNs,
    now: clock.now,
    boot: () => 1,
    callOf: () => 1,
    onEffect: () => {},
    onComplaint: (text) => {
      throw new Error(text);
    },
  });
  const buffer = Buffer.allocUnsafe(64 * 1024);

  return {
    benchmarks: [
      {
        name: 'frame recorded',
        subject: repeated(1000, () =>
          frames.frame({ conn: 'a7', dir: 'in', text: TEXT, bytes, head, http: 200 }, 'pass'),
        ),
        baseline: {
          name: 'JSON.stringify and buffered write',
          ...repeated(1000, () => {
            seq += 1;
            plainWrite(`${JSON.stringify({ seq, kind: 'frame', text: TEXT })}\n`);
          }),
        },
        ratioMax: 6,
      },
      {
        name: 'ledger drained, idle',
        subject: repeated(1000, () => ledger.drain()),
        baseline: {
          name: 'readSync at its end',
          ...repeated(1000, () => readSync(idleFile, buffer, 0, buffer.length, 37)),
        },
        ratioMax: 3,
      },
    ],
    async [Symbol.asyncDispose]() {
      recorder.close();
      ledger.close();
      closeSync(plainFile);
      closeSync(idleFile);
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

function bufferedWriter(file: number): (line: string) => void {
  let pending: string[] = [];
  let characterCount = 0;
  return (line) => {
    pending.push(line);
    characterCount += line.length;
    if (characterCount < FLUSH_CHARACTERS) return;
    writeSync(file, pending.join(''));
    pending = [];
    characterCount = 0;
  };
}
