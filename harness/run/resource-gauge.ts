import { readdirSync, readFileSync } from 'node:fs';
import type { LoadGauge } from '../execution/course.ts';
import type { Recorder } from '../execution/recorder.ts';
import { RESOURCES } from '../model/load.ts';
import type { PlannedLoad } from '../model/planned-load.ts';

/** Samples of a load: enough for a slope, few enough to leave a history of hours readable. */
const SAMPLES = 400;
const SAMPLE_MS_MIN = 250;
const SAMPLE_MS_MAX = 10_000;
const BYTES_PER_MIB = 1024 * 1024;
/** What Linux counts memory in, on every machine that Node runs on but a few; they are then all wrong by the same factor. */
const PAGE_BYTES = 4096;

/**
 * Notes from time to time what the processes of the server and this one hold: resident memory, and open files and sockets.
 * Linux only; elsewhere nothing is noted.
 */
export function resourceGauge(load: PlannedLoad, recorder: Pick<Recorder, 'record' | 'onEvent'>): LoadGauge {
  const pids = new Map<string, number>();
  recorder.onEvent((event) => {
    if (event.kind !== 'proc') return;
    const name = event.process ?? 'server';
    if (event.phase === 'exit') pids.delete(name);
    else if (event.pid !== undefined) pids.set(name, event.pid);
  });
  const look = () => {
    for (const [process, pid] of [...pids, ['harness', 'self'] as const]) {
      const held = heldBy(pid);
      if (held !== null) recorder.record({ kind: 'note', topic: RESOURCES, data: { process, ...held } });
    }
  };
  let timer: NodeJS.Timeout | undefined;
  return {
    start() {
      timer = setInterval(look, sampleMs(load)).unref();
    },
    stop() {
      clearInterval(timer);
      look();
    },
  };
}

function sampleMs({ forMs, stages }: PlannedLoad): number {
  const scheduledMs = forMs ?? stages?.reduce((sum, stage) => sum + stage.forMs, 0) ?? 0;
  return Math.min(SAMPLE_MS_MAX, Math.max(SAMPLE_MS_MIN, Math.round(scheduledMs / SAMPLES)));
}

/** null: there is no such process, or no such file on this system. */
function heldBy(pid: number | 'self'): { readonly memoryMiB: number; readonly handles: number } | null {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    const handles = readdirSync(`/proc/${pid}/fd`).length;
    return { memoryMiB: Math.round(((pages * PAGE_BYTES) / BYTES_PER_MIB) * 100) / 100, handles };
  } catch {
    // It has just gone, or this is not Linux: then nothing is known of it.
    return null;
  }
}
