import type { LoadGauge } from '../execution/course.ts';
import type { Recorder } from '../execution/recorder.ts';
import type { PlannedLoad } from '../model/planned-load.ts';
import { eventLoopGauge } from './event-loop-gauge.ts';
import { resourceGauge } from './resource-gauge.ts';

/** What is watched while a measured load goes on: this process's event loop, and what it and the server hold. */
export function measuringGauge(load: PlannedLoad, recorder: Pick<Recorder, 'record' | 'onEvent'>): LoadGauge {
  const gauges = [eventLoopGauge(load.warmupMs ?? 0, recorder), resourceGauge(load, recorder)];
  return {
    start() {
      for (const gauge of gauges) gauge.start();
    },
    stop() {
      for (const gauge of gauges) gauge.stop();
    },
  };
}
