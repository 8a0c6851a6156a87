import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { LoadGauge } from '../execution/course.ts';
import type { Recorder } from '../execution/recorder.ts';
import { NS_PER_MS } from '../model/clock.ts';
import { EVENT_LOOP } from '../model/load.ts';

/** Between two samples. A delay of a fifth of a latency that matters must show, and the sampling itself must not. */
const SAMPLE_MS = 5;

/** Says how late the event loop of this process was from the end of the warm-up to the end of the load. */
export function eventLoopGauge(warmupMs: number, recorder: Pick<Recorder, 'record'>): LoadGauge {
  const histogram = monitorEventLoopDelay({ resolution: SAMPLE_MS });
  let warmup: NodeJS.Timeout | undefined;
  return {
    start() {
      histogram.enable();
      warmup = setTimeout(() => histogram.reset(), warmupMs).unref();
    },
    stop() {
      clearTimeout(warmup);
      histogram.disable();
      const { count, min, mean, max } = histogram;
      if (count === 0) return;
      // A sample is the time between two looks, of which one distance was wanted.
      const late = (ns: number) => Math.round(Math.max(0, ns / NS_PER_MS - SAMPLE_MS) * 1000) / 1000;
      const [p50, p90, p95, p99] = [50, 90, 95, 99].map((percent) =>
        count >= 100 / (100 - percent) ? late(histogram.percentile(percent)) : null,
      );
      const data = { count, min: late(min), mean: late(mean), p50, p90, p95, p99, max: late(max) };
      recorder.record({ kind: 'note', topic: EVENT_LOOP, data });
    },
  };
}
