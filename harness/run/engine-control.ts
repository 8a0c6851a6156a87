import type { Recorder } from '../execution/recorder.ts';
import type { Clock } from '../model/clock.ts';
import type { EngineControl, Evidence } from '../model/fault.ts';
import type { RunningService } from '../services/index.ts';

/** Who hears of what happens to an engine. */
export interface EngineWitness {
  readonly recorder: Pick<Recorder, 'record' | 'flush'>;
  readonly clock: Clock;
}

/** An engine as faults see it; all that happens to it stands in the history, as notes on the topic 'engine'. */
export function engineControl(witness: EngineWitness, service: RunningService): EngineControl {
  const { clock, recorder } = witness;
  const facts = () => ({ engine: service.meta.id, pid: service.pid });
  const kill = async (by: string): Promise<Evidence> => {
    const struck = facts();
    // Everything that happened before the blow stands in the history before it.
    recorder.flush();
    const exit = await service.kill();
    note(witness, service, { phase: 'exit', by, ...exit });
    return { ...struck, ...exit };
  };
  return {
    kill,
    async start(by) {
      const { ready } = await service.restart();
      note(witness, service, { phase: 'spawn', by });
      const { readyMs } = await ready;
      note(witness, service, { phase: 'ready', by });
      return { ...facts(), readyMs };
    },
    async startAndKill(by, afterMs) {
      const { ready } = await service.restart();
      note(witness, service, { phase: 'spawn', by });
      const wasReady = await Promise.race([ready.then(() => true), clock.sleep(afterMs).then(() => false)]);
      return { ...(await kill(by)), wasReady };
    },
    async pause(by) {
      const { processes } = await service.pause();
      note(witness, service, { phase: 'paused', by });
      return { ...facts(), processes };
    },
    async resume(by) {
      const { processes } = await service.resume();
      note(witness, service, { phase: 'resumed', by });
      return { processes };
    },
  };
}

/** Lets it go on, or starts it again if it is down. Throws a UsageError when it does not come up. */
export async function bringBack(witness: EngineWitness, service: RunningService): Promise<void> {
  await service.resume();
  if (service.isUp()) return;
  const { ready } = await service.restart();
  note(witness, service, { phase: 'spawn', by: 'harness' });
  await ready;
  note(witness, service, { phase: 'ready', by: 'harness' });
}

function note({ recorder }: EngineWitness, service: RunningService, data: Readonly<Record<string, unknown>>): void {
  recorder.record({ kind: 'note', topic: 'engine', data: { engine: service.meta.id, pid: service.pid, ...data } });
}
