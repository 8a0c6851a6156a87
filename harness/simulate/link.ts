import type { FaultLog } from '../execution/fault-log.ts';
import type { FrameLog, Tag } from '../execution/frame-log.ts';
import type { Interposer } from '../execution/interposer.ts';
import type { MessageReader } from './message-reader.ts';
import type { Site } from './site.ts';
import type { World } from './world.ts';

/** What stands between an agent and the server, and sees every message. */
export interface SimulatedLink {
  readonly world: World;
  readonly site: Site;
  readonly interposer: Interposer;
  readonly frames: FrameLog;
  readonly read: MessageReader;
  readonly log: FaultLog;
  /** As the harness. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly tagOf: (conn: string, rpcId: number | string) => Tag | undefined;
}

/** As the harness, after so many ms. */
export function later({ world }: SimulatedLink, ms: number, act: () => void): void {
  world.schedule(world.harness, Math.ceil(ms), act);
}
