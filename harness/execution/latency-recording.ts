import { NS_PER_MS } from '../model/clock.ts';
import type { Event, EventOf } from '../model/event.ts';
import { emptyHistograms, type LatencyHistograms } from '../model/latency-histograms.ts';
import { LOAD_START } from '../model/load.ts';
import type { PlannedLoad } from '../model/planned-load.ts';

/** Times what agents do while they do it. */
export interface LatencyRecording {
  observe(event: Event): void;
  readonly histograms: LatencyHistograms;
}

interface OpenRequest {
  readonly inv: EventOf<'inv'>;
  readonly timing: CallTiming;
}

/** What is known of a call that counts. */
interface CallTiming {
  readonly intendedT: number;
  isAcked: boolean;
  isKnown: boolean;
}

/**
 * Reads off the events what the metrics of the same names read off the history, of the same calls: those that were meant to start
 * after the warm-up. Requests of the auditor and after the tasks of others are nobody's latency.
 */
export function createLatencyRecording({ warmupMs = 0 }: Pick<PlannedLoad, 'warmupMs'>): LatencyRecording {
  const histograms = emptyHistograms();
  const calls = new Map<number, CallTiming>();
  const open = new Map<number, OpenRequest>();
  let fromT = Number.POSITIVE_INFINITY;

  const invoked = (inv: EventOf<'inv'>) => {
    if (inv.agent === 'auditor' || inv.trespass === true) return;
    const isAttempt = inv.op === 'create' && inv.probe !== true;
    let timing = calls.get(inv.call);
    if (isAttempt && timing === undefined) {
      timing = { intendedT: inv.intended ?? inv.t, isAcked: false, isKnown: false };
      calls.set(inv.call, timing);
    }
    if (timing === undefined || timing.intendedT < fromT) return;
    if (isAttempt || inv.op === 'get' || inv.op === 'result') open.set(inv.seq, { inv, timing });
  };
  const ended = (event: EventOf<'ok' | 'fail' | 'info'>) => {
    const request = open.get(event.of);
    if (request === undefined) return;
    open.delete(event.of);
    if (event.kind !== 'ok') return;
    const { inv, timing } = request;
    if (inv.op !== 'create') {
      histograms['read-time'].record(event.t - inv.t);
      return;
    }
    histograms['create-time'].record(event.t - inv.t);
    if (!timing.isAcked) histograms['ack-latency'].record(event.t - timing.intendedT);
    timing.isAcked = true;
  };
  const known = ({ call, t }: EventOf<'know'>) => {
    const timing = calls.get(call);
    if (timing === undefined || timing.isKnown || timing.intendedT < fromT) return;
    timing.isKnown = true;
    histograms['end-to-end'].record(t - timing.intendedT);
  };
  return {
    histograms,
    observe(event) {
      if (event.kind === 'inv') invoked(event);
      else if (event.kind === 'ok' || event.kind === 'fail' || event.kind === 'info') ended(event);
      else if (event.kind === 'know') known(event);
      else if (event.kind === 'gen') {
        if (event.lateness !== undefined && event.t - event.lateness >= fromT)
          histograms['generator-lateness'].record(event.lateness);
      } else if (event.kind === 'note' && event.topic === LOAD_START) {
        const originT = event.data?.originT;
        fromT = (typeof originT === 'number' ? originT : event.t) + warmupMs * NS_PER_MS;
      }
    },
  };
}
