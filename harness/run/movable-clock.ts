import { readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import type { Plan } from '../model/plan.ts';
import { fakeTimeLibrary } from '../services/fake-time.ts';

// It prints one line.
const LOOK_MS_MAX = 10_000;

/** The wall clock of one process, apart from that of the machine. */
export interface MovableClock {
  /** What the process has to be started with. */
  readonly env: Readonly<Record<string, string>>;
  /** Moves it by so many ms, back if negative. Throws when the process does not look at it. */
  jump(pid: number, ms: number): Promise<{ readonly beforeMs: number; readonly afterMs: number }>;
}

/** Whether this plan sets the clock of a real process. */
export function setsClock({ time, faults }: Pick<Plan, 'time' | 'faults'>): boolean {
  return time === 'real' && faults.some(({ fault }) => fault === 'F23');
}

/**
 * A clock that stands in a file which libfaketime reads anew each time. Timers, monotonic clocks and the times of files stay those
 * of the machine. Throws where there is no such library.
 */
export function openMovableClock(path: string): MovableClock {
  const library = fakeTimeLibrary();
  if (library === null) throw new Error('expected libfaketime on this machine, found none');
  writeFileSync(path, '+0');
  const env = {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: path,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    DONT_FAKE_MONOTONIC: '1',
    NO_FAKE_STAT: '1',
  };
  return {
    env,
    async jump(pid, ms) {
      const maps = await readFile(`/proc/${pid}/maps`, 'utf8');
      if (!maps.includes('libfaketime')) throw new Error(`process ${pid} does not take its time from libfaketime`);
      const beforeMs = await shownMs(env);
      const movedMs = Number(readFileSync(path, 'utf8')) * 1000 + ms;
      writeFileSync(path, `${movedMs < 0 ? '' : '+'}${(movedMs / 1000).toFixed(3)}`);
      return { beforeMs, afterMs: await shownMs(env) };
    },
  };
}

/** What a process shows that reads this clock. */
async function shownMs(env: Readonly<Record<string, string>>): Promise<number> {
  const { stdout } = await execa('date', ['+%s%3N'], { env, timeout: LOOK_MS_MAX });
  return Number(stdout);
}
