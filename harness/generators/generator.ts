import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGzip } from 'node:zlib';
import { type Drive, runCourse } from '../execution/course.ts';
import { createLatencyRecording } from '../execution/latency-recording.ts';
import { runLoad } from '../execution/load-runner.ts';
import { createRecorder } from '../execution/recorder.ts';
import { loadUnits } from '../execution/units.ts';
import { createSystemClock } from '../model/clock.ts';
import { histogramsDocument } from '../model/latency-histograms.ts';
import { linkSignals } from '../model/linked-signal.ts';
import { messageOf, UsageError } from '../model/usage-error.ts';
import { measuringGauge } from '../run/measuring-gauge.ts';
import { redactionOf } from '../run/run-secrets.ts';
import { restoreTarget } from '../targets/index.ts';
import { bootIdOf } from './boot-id.ts';
import { openGeneratorBed } from './generator-bed.ts';
import type { GeneratorSide } from './link.ts';
import { createMailbox, type Mailbox } from './mailbox.ts';
import type { FromGenerator, ToGenerator } from './message.ts';

// Whoever divides the load has it ready: a generator that nobody talks to has been forgotten.
const SILENCE_MS_MAX = 60_000;
/** Of a packed history, in one message. */
const PIECE_BYTES = 256 * 1024;

type Box = Mailbox<ToGenerator>;

/**
 * Takes one share of a load, makes it at the instant it is told, and gives back what it recorded. What goes wrong is told to
 * whoever divides the load; resolves when that has everything, or wants nothing any more.
 */
export async function generate(side: GeneratorSide): Promise<void> {
  const clock = createSystemClock();
  const box: Box = createMailbox();
  const stopping = new AbortController();
  using ending = linkSignals(side.signal, stopping.signal);
  const { signal } = ending;
  side.onMessage((message) => {
    // At once, whatever else is going on: it is the clock that is asked for.
    if (message.kind === 'ping') void side.say({ kind: 'pong', id: message.id, t: clock.now(), wall: wallNow() });
    else if (message.kind === 'stop') stopping.abort(new Error(message.why));
    else box.put(message);
  });
  const scratch = mkdtempSync(join(tmpdir(), 'claimcheck-generator-'));
  try {
    await makeShare(side, { box, clock, signal, scratch });
  } catch (error) {
    if (side.signal.aborted) return;
    await side.say(failureOf(error));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

interface Parts {
  readonly box: Box;
  readonly clock: ReturnType<typeof createSystemClock>;
  readonly signal: AbortSignal;
  readonly scratch: string;
}

async function makeShare(side: GeneratorSide, { box, clock, signal, scratch }: Parts): Promise<void> {
  const { plan, url } = await soon(box.take('share'), clock, signal);
  const history = join(scratch, 'history.jsonl');
  const recorder = createRecorder({
    path: history,
    clock,
    time: 'real',
    record: plan.record,
    redact: redactionOf(plan),
  });
  const latencies = createLatencyRecording(plan.load);
  recorder.onEvent(latencies.observe);
  const units = await loadUnits(plan);
  const drive: Drive = {
    isAudited: false,
    async run(contextFor) {
      const { originNs } = clock;
      const hello = { pid: process.pid, host: hostname(), bootId: bootIdOf(), originNs: String(originNs) };
      await side.say({ kind: 'ready', ...hello });
      const { atT } = await soon(box.take('start'), clock, signal);
      await clock.sharpSleep?.((atT - clock.now()) / 1e6, signal);
      const gauge = measuringGauge(plan.load, recorder);
      gauge.start();
      try {
        const [first] = plan.calls;
        const loading = first === undefined ? signal : contextFor(first.agent).signal;
        await runLoad({ plan, policies: units.policies, contextFor, clock, recorder, signal: loading, originT: atT });
      } finally {
        gauge.stop();
      }
    },
  };
  try {
    const target = { ...restoreTarget(plan.target), launch: null, url };
    const openBed = async () => openGeneratorBed({ plan, target, url, recorder, clock, signal });
    await runCourse({ plan, units, recorder, clock, signal, openBed, drive, stopMs: () => 0 });
  } finally {
    recorder.close();
  }
  // Stopped or not, what it has recorded is still worth sending.
  await side.say({ kind: 'ended' });
  await soon(box.take('send'), clock, side.signal);
  await sendHistory(side, history);
  await side.say({ kind: 'done', histograms: histogramsDocument(latencies.histograms) });
}

async function sendHistory(side: GeneratorSide, path: string): Promise<void> {
  const packed = createReadStream(path).pipe(createGzip({ level: 1, chunkSize: PIECE_BYTES }));
  for await (const piece of packed) {
    if (!Buffer.isBuffer(piece)) throw new Error('expected bytes of a packed history');
    await side.say({ kind: 'history', piece: piece.toString('base64') });
  }
}

/** Rejects when it takes too long, or is not wanted any more. */
async function soon<Value>(coming: Promise<Value>, clock: Parts['clock'], signal: AbortSignal): Promise<Value> {
  const came = new AbortController();
  using waiting = linkSignals(signal, came.signal);
  const late = clock.sleep(SILENCE_MS_MAX, waiting.signal).then(
    () => {
      throw new Error(`whoever divides the load has said nothing for ${SILENCE_MS_MAX / 1000} s`);
    },
    () => {
      signal.throwIfAborted();
      return new Promise<never>(() => {}); // It came: the other one tells.
    },
  );
  try {
    return await Promise.race([coming, late]);
  } finally {
    came.abort();
  }
}

function wallNow(): number {
  return performance.timeOrigin + performance.now();
}

function failureOf(error: unknown): FromGenerator {
  const message = messageOf(error);
  return { kind: 'failed', isUsage: error instanceof UsageError, message };
}
