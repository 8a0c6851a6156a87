import type { LinePeer } from '../execution/line-peer.ts';
import type { Prng } from '../model/prng.ts';
import { Hop } from './hop.ts';
import type { LineIn } from './server-face.ts';
import type { LivingServer } from './site.ts';
import type { World } from './world.ts';

/** The pipes of one boot: in order, in seeded time, and closed by its end. */
export interface Pipe extends LinePeer {
  /** The client's end of the server's input is closed. */
  end(): void;
}

export interface PipeOptions {
  readonly world: World;
  readonly living: LivingServer;
  readonly draw: Prng;
  readonly linkMs: readonly [number, number];
}

export function openPipe({ world, living, draw, linkMs }: PipeOptions): Pipe {
  const { boot, face } = living;
  const there = new Hop(world, draw, linkMs);
  const back = new Hop(world, draw, linkMs);
  const lineListeners: ((line: string) => void)[] = [];
  const closeListeners: ((why: string) => void)[] = [];
  let input: LineIn | null = null;
  let isGone = false;
  const close = (why: string) => {
    isGone = true;
    for (const listener of closeListeners) listener(why);
  };
  boot.onEnd(() => back.carry(world.harness, () => close('the server exited')));
  world.schedule(boot, 0, () => {
    if (face.line === undefined) throw new Error('expected a server that can be spoken to over a pipe');
    input = face.line.connect({
      line: (text) =>
        back.carry(world.harness, () => {
          for (const listener of lineListeners) listener(text);
        }),
      closed: (why) => back.carry(world.harness, () => close(why)),
    });
  });
  return {
    write(line) {
      if (isGone || !boot.isAlive()) return false;
      there.carry(boot, () => input?.line(line));
      return true;
    },
    isGone: () => isGone || !boot.isAlive(),
    onLine: (listener) => {
      lineListeners.push(listener);
    },
    onClose: (listener) => {
      closeListeners.push(listener);
    },
    end: () => there.carry(boot, () => input?.end()),
  };
}
