import type { AgentWire } from '../model/agent.ts';
import type { ServerControl, StoreControl } from '../model/fault.ts';
import type { StoreUsage } from '../model/store-usage.ts';
import type { AuditRead } from './audit.ts';

/**
 * The server under test with everything around it: what starts and strikes it, what stands between it and the agents, the
 * ledger, one connection an agent. In real time these are processes and sockets, in virtual time boots in this thread.
 */
export interface TestBed {
  /** Where the server listens; null or absent: over no socket. */
  readonly url?: string | null;
  /** What process faults may do; a server that somebody else runs refuses all of it. */
  readonly control: ServerControl;
  /** What stands under it; absent: nothing that faults could reach. */
  readonly store?: StoreControl;
  /** First boot and one connection an agent. Throws a UsageError when the server does not come up. */
  boot(): Promise<void>;
  isUp(): boolean;
  /** Starts the server again if it is down; false: it does not come back. */
  ensureUp(): Promise<boolean>;
  wireOf(agent: number): AgentWire;
  readonly read: AuditRead;
  serverInfo(): ServerInfo | null;
  /** Takes in effects that are heard of by asking; absent: they come by themselves. */
  lookAtEffects?(): Promise<void>;
  /** What the server has asked of its store so far, by its own count; null or absent: it does not count. */
  storeUsage?(): StoreUsage | null;
  /** Ends everything: connections, server, what stands between, ledger. */
  close(stopMs: number): Promise<void>;
}

export interface ServerInfo {
  readonly name: string;
  readonly version: string;
}
